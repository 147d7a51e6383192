package apiv2

import (
	"net/http"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// operatorOnly runs next for a caller that has all permissions of the operator
// token. The path of the configuration asks for them before it looks at the
// method and the rest of the path.
func (c *call) operatorOnly(next handler) (int, any, error) {
	for _, p := range store.V2OperatorPermissions() {
		if c.caller.check(p) != nil {
			return 0, nil, errorf(codeUnauthorized, "access to %s requires operator permissions", configPath)
		}
	}
	return next(c)
}

// getConfig shows the settings of the real servers that this one has, too.
func getConfig(c *call) (int, any, error) {
	return c.operatorOnly(func(c *call) (int, any, error) {
		config := map[string]any{
			"session-length":         int(store.V2SessionLength.Minutes()),
			"session-renew-disabled": false,
			"strong-passwords":       c.cfg.StrongPasswords,
		}
		if c.since(9) {
			config["use-hashed-tokens"] = c.cfg.HashedTokens
		}
		return http.StatusOK, map[string]any{"config": config}, nil
	})
}
