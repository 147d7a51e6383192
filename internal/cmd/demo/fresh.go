package main

import (
	"fmt"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// meetServers looks at the two fresh servers.
func (d *demonstration) meetServers(urls serverURLs) error {
	d.step("Start the reference server: two fresh databases")
	for _, url := range []string{urls.V3, urls.V2} {
		c, err := client.New(url, client.WithUserAgent("influxdb-demo"))
		if err != nil {
			return err
		}
		info, err := c.Server.Info(d.stop.soft)
		if err != nil {
			return fmt.Errorf("reference server: %w", err)
		}
		d.line("%s  %s", url, info)
	}
	d.v3URL, d.v2 = urls.V3, &prepared{url: urls.V2}
	return nil
}

// setUp sets up InfluxDB v2.
func (d *demonstration) setUp() error {
	d.step("Set up InfluxDB v2 through the Go SDK (the provider has no resource for the setup yet)")
	made, err := prepareV2(d.stop.soft, d.v2.url)
	if err != nil {
		return err
	}
	d.v2 = made
	d.know(made.token)
	d.cli.variables = made.variables(d.v3URL)
	d.tokens = allTokens(d.v3URL, made)
	d.line("user %s, organization %s, buckets %s and %s, another user %s", adminName, orgName, archiveBucket, metricsBucket, aliceName)
	d.line("its token %s goes into a sensitive variable", shorten(made.token))
	return nil
}
