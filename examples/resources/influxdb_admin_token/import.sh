# The import ID is the name of the token. The secret can't be imported: token is null.
# expires_in is worked out from the token's expiry; a configuration that says something
# else replaces the token.
terraform import influxdb_admin_token.dashboards dashboards
