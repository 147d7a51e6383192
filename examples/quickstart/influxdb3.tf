# The operator token of InfluxDB 3, named _admin. It is minted on the first apply.
# Another value of var.rotation replaces its secret, in place:
#
#   terraform apply -var rotation=2
resource "influxdb_operator_rotation" "this" {
  provider = influxdb.operator

  bootstrap = true

  rotation_triggers = {
    release = var.rotation
  }
}

# A named admin token that never expires.
resource "influxdb_admin_token" "dashboards" {
  name = "dashboards"
}

# A named admin token that the server refuses after 30 days, whatever happens to
# this configuration.
resource "influxdb_admin_token" "ci" {
  name       = "ci"
  expires_in = "30d"
}
