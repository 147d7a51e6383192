terraform {
  required_providers {
    influxdb = {
      source = "influxdb-tokens/influxdb"
    }
  }
}

# An InfluxDB 3 server. The file holds a named admin token and nothing else.
provider "influxdb" {
  url        = "https://influxdb3.example:8181"
  token_file = "/run/secrets/influxdb3-token"
}

# Another server takes another configuration: here an InfluxDB v2.
provider "influxdb" {
  alias = "v2"
  url   = "https://influxdb2.example:8086"
  token = var.influxdb2_token
  org   = "acme"
}

variable "influxdb2_token" {
  description = "An operator or all-access token. Give it as TF_VAR_influxdb2_token."
  type        = string
  sensitive   = true
}
