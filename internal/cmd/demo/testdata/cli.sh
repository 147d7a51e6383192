#!/bin/sh
# Stands in for terraform. The tests say what it does in fake.tf, which is copied
# with the configuration into the folder that it runs in.
. ./fake.tf
