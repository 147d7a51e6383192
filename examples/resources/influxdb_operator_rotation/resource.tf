variable "influxdb3_url" {
  description = "The base URL of the server."
  type        = string
  default     = "https://influxdb3.example:8181"
}

# Looks after the operator token, and needs no credential: the first apply mints
# the token on the fresh server, later ones authenticate with the secret in the state.
provider "influxdb" {
  alias = "operator"
  url   = var.influxdb3_url
}

resource "influxdb_operator_rotation" "this" {
  provider = influxdb.operator

  bootstrap = true

  # Another value rotates the token, in place.
  rotation_triggers = {
    quarter = "2026-Q4"
  }
}

# Everything else goes through this configuration, which follows each rotation.
provider "influxdb" {
  url   = var.influxdb3_url
  token = influxdb_operator_rotation.this.token
}

resource "influxdb_admin_token" "ci" {
  name       = "ci"
  expires_in = "90d"
}
