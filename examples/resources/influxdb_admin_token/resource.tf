# Never expires.
resource "influxdb_admin_token" "dashboards" {
  name = "dashboards"
}

# Is refused by the server after 90 days.
resource "influxdb_admin_token" "ci" {
  name       = "ci"
  expires_in = "90d"
}

output "ci_token" {
  value     = influxdb_admin_token.ci.token
  sensitive = true
}
