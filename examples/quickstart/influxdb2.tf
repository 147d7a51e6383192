locals {
  # What a token can be for in InfluxDB v2, apart from organizations and users,
  # which need an ID.
  resource_types = [
    "annotations", "authorizations", "buckets", "checks", "dashboards", "dbrp",
    "documents", "labels", "notebooks", "notificationEndpoints",
    "notificationRules", "remotes", "replications", "scrapers", "secrets",
    "sources", "tasks", "telegrafs", "variables", "views",
  ]

  # What "influx auth create --all-access" grants, 43 permissions: everything in
  # the organization, the organization itself for reading, and the user's own
  # record. A permission without an ID is for all there is of its type in the
  # organization of the token.
  all_access = concat(
    [for pair in setproduct(["read", "write"], local.resource_types) : { action = pair[0], type = pair[1] }],
    [{ action = "read", type = "orgs" }],
    [for action in ["read", "write"] : { action = action, type = "users", id = var.influxdb2_user_id }],
  )
}

# All access within one organization.
resource "influxdb_authorization" "all_access" {
  provider = influxdb.v2

  description = "All access, for administrators"
  permissions = local.all_access
}

# One bucket, for reading and writing, and nothing else.
resource "influxdb_authorization" "telegraf" {
  provider = influxdb.v2

  description = "Telegraf, metrics only"
  permissions = [
    for action in ["read", "write"] : { action = action, type = "buckets", id = var.influxdb2_bucket_id }
  ]
}

# A token of another user: what it does, it does in that user's name. It can read
# all buckets, and the record of its user.
resource "influxdb_authorization" "alice" {
  provider = influxdb.v2

  user        = var.influxdb2_other_user
  description = "Reading, in the name of alice"
  permissions = [
    { action = "read", type = "buckets" },
    { action = "read", type = "users", id = var.influxdb2_other_user_id },
  ]
}
