# The import ID is the ID of the authorization, as "influx auth list" shows it.
terraform import influxdb_authorization.telegraf 0a1b2c3d4e5f6071
