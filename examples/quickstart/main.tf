# The tokens of two servers, a fresh InfluxDB 3 and an InfluxDB v2 that has just
# been set up. "make demo" applies this folder to the reference server.
#
#   influxdb3.tf  the operator token and two named admin tokens of InfluxDB 3
#   influxdb2.tf  three authorizations of InfluxDB v2
#   variables.tf  what has to be given
#   outputs.tf    what comes out: the secrets, marked as sensitive

terraform {
  required_version = ">= 1.8"

  required_providers {
    influxdb = {
      source = "influxdb-tokens/influxdb"
    }
  }
}

# One provider configuration is for one server and one credential, so there are
# three of them.

# InfluxDB 3, to look after the operator token. It needs no credential: a fresh
# server hands out its operator token once to whoever asks first, and after that
# the rotation authenticates with the secret in its own state.
provider "influxdb" {
  alias = "operator"
  url   = var.influxdb3_url
}

# InfluxDB 3, for everything else. It follows every rotation by itself, because
# it takes the operator token from where the token is rotated.
provider "influxdb" {
  url   = var.influxdb3_url
  token = influxdb_operator_rotation.this.token
}

# InfluxDB v2, with the token that its setup has returned.
provider "influxdb" {
  alias = "v2"
  url   = var.influxdb2_url
  token = var.influxdb2_token
  org   = var.influxdb2_org
}
