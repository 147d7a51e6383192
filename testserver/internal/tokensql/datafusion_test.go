package tokensql_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/tokensql"
)

// observedTable is system.tokens with the rows that DataFusion had when the file
// of TestDataFusion was written.
func observedTable() tokensql.Table {
	noon := time.Date(2026, time.March, 4, 12, 0, 0, 500_000_000, time.UTC)
	const all = "*:*:*"
	return tokensql.Table{
		Columns: []tokensql.Column{
			{Name: "token_id", Type: tokensql.Number},
			{Name: "name", Type: tokensql.String},
			{Name: "hash", Type: tokensql.String},
			{Name: "created_at", Type: tokensql.Timestamp},
			{Name: "description", Type: tokensql.String},
			{Name: "created_by_token_id", Type: tokensql.Number},
			{Name: "updated_at", Type: tokensql.Timestamp},
			{Name: "updated_by_token_id", Type: tokensql.Number},
			{Name: "expiry", Type: tokensql.Timestamp},
			{Name: "permissions", Type: tokensql.String},
		},
		Rows: [][]any{
			{uint64(0), "_admin", "f9d9ca5aa", noon, nil, nil, noon.Add(time.Hour), uint64(0), nil, all},
			{uint64(1), "ci", "000000000", noon.Add(time.Hour), "build", nil, nil, nil, noon.Add(24 * time.Hour), all},
			{uint64(2), "it's 100%", "1234567ab", noon.Add(2 * time.Hour), nil, nil, nil, nil, nil, all},
			{uint64(3), "Zoë", "abcdef012", noon.Add(3 * time.Hour), "", nil, nil, uint64(0), noon.Add(time.Hour), all},
		},
		Now: noon,
	}
}

// observed runs a query and writes the rows as JSON, NULL left out, or the error
// behind "ERR ".
func observed(sql string, params map[string]any) string {
	q, err := tokensql.Parse(sql)
	if err != nil {
		return "ERR " + err.Error()
	}
	table, err := q.Run(observedTable(), params)
	if err != nil {
		return "ERR " + err.Error()
	}
	rows := []string{}
	for _, row := range table.Rows {
		var cells []string
		for i, v := range row {
			if v != nil {
				cells = append(cells, quote(table.Columns[i].Name)+":"+observedCell(v))
			}
		}
		rows = append(rows, "{"+strings.Join(cells, ",")+"}")
	}
	return "[" + strings.Join(rows, ",") + "]"
}

func observedCell(v any) string {
	switch x := v.(type) {
	case string:
		return quote(x)
	case time.Time:
		return quote(x.Format("2006-01-02T15:04:05.000"))
	}
	return fmt.Sprint(v)
}

// quote writes a JSON string.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// integers makes whole numbers of parameters what they are behind the product's
// JSON decoder.
func integers(params map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range params {
		if n, ok := v.(json.Number); ok {
			switch i, err := n.Int64(); {
			case err != nil:
				f, _ := n.Float64()
				v = f
			case i < 0:
				v = i
			default:
				v = uint64(i)
			}
		}
		out[name] = v
	}
	return out
}

// TestDataFusion compares with what the product's query engine, DataFusion 50.3,
// answered; the lines from "current_timestamp is null" on are of 50.1.
func TestDataFusion(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join("testdata", "datafusion.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(content))
	n := 0
	for ; lines.Scan(); n++ {
		var query struct {
			SQL    string          `json:"sql"`
			Params map[string]any  `json:"params"`
			Rows   json.RawMessage `json:"rows"`
			Error  string          `json:"error"`
		}
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.UseNumber()
		if err := d.Decode(&query); err != nil {
			t.Fatal(err)
		}
		want := string(query.Rows)
		if query.Error != "" {
			want = "ERR " + query.Error
		}
		t.Run(fmt.Sprintf("line %d", n+1), func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, observed(query.SQL, integers(query.Params))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", query.SQL, diff)
			}
		})
	}
	if n < 200 {
		t.Errorf("only %d queries", n)
	}
}
