# Every token is shown once by its server and is kept in the state. Hand it over
# from here, with "terraform output -raw influxdb3_ci_token" for example.

output "influxdb3_operator_token" {
  description = "The operator token of InfluxDB 3."
  value       = influxdb_operator_rotation.this.token
  sensitive   = true
}

output "influxdb3_dashboards_token" {
  description = "A named admin token of InfluxDB 3 that never expires."
  value       = influxdb_admin_token.dashboards.token
  sensitive   = true
}

output "influxdb3_ci_token" {
  description = "A named admin token of InfluxDB 3 that expires."
  value       = influxdb_admin_token.ci.token
  sensitive   = true
}

output "influxdb2_all_access_token" {
  description = "A token of InfluxDB v2 with all access to the organization."
  value       = influxdb_authorization.all_access.token
  sensitive   = true
}

output "influxdb2_telegraf_token" {
  description = "A token of InfluxDB v2 that reads and writes one bucket."
  value       = influxdb_authorization.telegraf.token
  sensitive   = true
}

output "influxdb2_alice_token" {
  description = "A token of InfluxDB v2 that acts as another user."
  value       = influxdb_authorization.alice.token
  sensitive   = true
}

output "influxdb3_operator_generation" {
  description = "1 after the bootstrap, and one more with every rotation."
  value       = influxdb_operator_rotation.this.generation
}
