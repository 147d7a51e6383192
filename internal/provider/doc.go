// Package provider is the Terraform provider "influxdb".
package provider
