# A generated configuration (-generate-config-out) names organization and user both by ID
# and by name: keep one of each pair.
import {
  to = influxdb_authorization.telegraf
  id = "0a1b2c3d4e5f6071"
}
