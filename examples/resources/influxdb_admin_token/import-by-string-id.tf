import {
  to = influxdb_admin_token.dashboards
  id = "dashboards"
}
