variable "bucket_id" {
  description = "The ID of a bucket, as \"influx bucket list\" shows it."
  type        = string
  nullable    = false # A permission without an id would be about all buckets.
}

# Reads and writes one bucket, and can do nothing else.
resource "influxdb_authorization" "telegraf" {
  org         = "acme"
  description = "Telegraf"

  permissions = [
    { action = "read", type = "buckets", id = var.bucket_id },
    { action = "write", type = "buckets", id = var.bucket_id },
  ]
}

# Reads all buckets and dashboards of the organization, in the name of another user.
resource "influxdb_authorization" "viewer" {
  org         = "acme"
  user        = "alice"
  description = "Read only"

  permissions = [
    for type in ["buckets", "dashboards"] : { action = "read", type = type }
  ]
}

output "telegraf_token" {
  value     = influxdb_authorization.telegraf.token
  sensitive = true
}
