# The import ID is the name of the operator token. The secret is taken over if the provider
# authenticates with the operator token; otherwise token is null until the next rotation.
terraform import influxdb_operator_rotation.this _admin
