import {
  to = influxdb_operator_rotation.this
  id = "_admin"
}
