# The import ID is the name of the token. The secret can't be imported: token is null.
terraform import influxdb_admin_token.dashboards dashboards
