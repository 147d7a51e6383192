# The import ID is the ID of the authorization, as "influx auth list" shows it. A server
# that stores tokens hashed does not show the secret: token is null then.
terraform import influxdb_authorization.telegraf 0a1b2c3d4e5f6071
