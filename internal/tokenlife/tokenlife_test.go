package tokenlife_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/tokenlife"
)

const day = 24 * time.Hour

func TestParse(t *testing.T) {
	t.Parallel()
	tests := map[string]time.Duration{
		"1s":         time.Second,
		"59s":        59 * time.Second,
		"90m":        90 * time.Minute,
		"12h":        12 * time.Hour,
		"90d":        90 * day,
		"2w":         14 * day,
		"1h30m":      90 * time.Minute,
		"1w1d1h1m1s": 8*day + time.Hour + time.Minute + time.Second,
		"1d12h":      36 * time.Hour,
		"30m1h":      90 * time.Minute,
		"1d1d":       2 * day,
		"007s":       7 * time.Second,
		"0d1s":       time.Second,
		"1s0w":       time.Second,
		"24h":        day,
		"8760h":      365 * day,

		// The longest lives that each unit can write.
		"9223372036s": tokenlife.Max,
		"153722867m":  153722867 * time.Minute,
		"2562047h":    2562047 * time.Hour,
		"106751d":     106751 * day,
		"15250w":      15250 * 7 * day,
		// A sum that reaches the limit to the second.
		"106751d23h47m16s":          tokenlife.Max,
		"15250w1d23h47m16s0d":       tokenlife.Max,
		"9223372035s1s":             tokenlife.Max,
		"0000000000009223372036s":   tokenlife.Max,
		"9223372036s0s0m0h0d0w000s": tokenlife.Max,
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := tokenlife.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("Parse(%q) = %s, want %s", text, got, want)
			}
		})
	}
}

func TestParse_errors(t *testing.T) {
	t.Parallel()
	const (
		empty   = `is empty; want a duration such as "90d", "12h" or "1h30m"`
		grammar = ` is no duration; want whole numbers, each with a unit out of w, d, h, m and s, as in "90d", "12h" or "1h30m"`
		tooLong = ` is too long; at most 106751d23h47m16s (some 292 years) can be given`
		noTime  = ` is no time at all; at least one second has to be given`
	)
	tests := map[string]struct {
		text string
		want string
	}{
		"empty":                  {"", empty},
		"no unit":                {"90", `"90"` + grammar},
		"no number":              {"d", `"d"` + grammar},
		"last part without unit": {"1h30", `"1h30"` + grammar},
		"unknown unit":           {"1y", `"1y"` + grammar},
		"months":                 {"3mo", `"3mo"` + grammar},
		"milliseconds":           {"1000ms", `"1000ms"` + grammar},
		"microseconds":           {"1000µs", `"1000µs"` + grammar},
		"written out":            {"2days", `"2days"` + grammar},
		"upper case":             {"90D", `"90D"` + grammar},
		"fraction":               {"1.5h", `"1.5h"` + grammar},
		"negative":               {"-1h", `"-1h"` + grammar},
		"negative second part":   {"1h-30m", `"1h-30m"` + grammar},
		"plus sign":              {"+1h", `"+1h"` + grammar},
		"leading space":          {" 1h", `" 1h"` + grammar},
		"trailing space":         {"1h ", `"1h "` + grammar},
		"trailing newline":       {"1h\n", `"1h\n"` + grammar},
		"space between":          {"1 h", `"1 h"` + grammar},
		"space between parts":    {"1h 30m", `"1h 30m"` + grammar},
		"other digits":           {"١h", `"١h"` + grammar},
		"hexadecimal":            {"0x1h", `"0x1h"` + grammar},
		"exponent":               {"1e3s", `"1e3s"` + grammar},
		"ISO 8601":               {"P1D", `"P1D"` + grammar},
		"garbage after a limit":  {"106751d!", `"106751d!"` + grammar},
		"invalid UTF-8":          {"1\xff", `"1\xff"` + grammar},

		"zero":              {"0s", `"0s"` + noTime},
		"several zeros":     {"0w0d0h0m0s", `"0w0d0h0m0s"` + noTime},
		"seconds over":      {"9223372037s", `"9223372037s"` + tooLong},
		"minutes over":      {"153722868m", `"153722868m"` + tooLong},
		"hours over":        {"2562048h", `"2562048h"` + tooLong},
		"days over":         {"106752d", `"106752d"` + tooLong},
		"weeks over":        {"15251w", `"15251w"` + tooLong},
		"sum over":          {"106751d23h47m17s", `"106751d23h47m17s"` + tooLong},
		"sum over by units": {"15250w2d", `"15250w2d"` + tooLong},
		"one over the sum":  {"9223372036s1s", `"9223372036s1s"` + tooLong},
		"largest int64":     {"9223372036854775807s", `"9223372036854775807s"` + tooLong},
		"wraps int64":       {"9223372036854775808s", `"9223372036854775808s"` + tooLong},
		// 30500568904943 weeks are a little more than 2^64 nanoseconds.
		"wraps the duration": {"30500568904943w", `"30500568904943w"` + tooLong},
		"very many digits":   {strings.Repeat("9", 100) + "s", `"` + strings.Repeat("9", 100) + `s"` + tooLong},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tokenlife.Parse(test.text)
			if err == nil {
				t.Fatalf("Parse(%q) = %s, want an error", test.text, got)
			}
			if got != 0 {
				t.Errorf("Parse(%q) returned %s beside its error", test.text, got)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMax(t *testing.T) {
	t.Parallel()
	if tokenlife.Max%time.Second != 0 {
		t.Errorf("Max is %s, no whole number of seconds", tokenlife.Max)
	}
	if rest := time.Duration(math.MaxInt64) - tokenlife.Max; rest < 0 || rest >= time.Second {
		t.Errorf("Max is %s away from the longest duration, want less than a second", rest)
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		life time.Duration
		want string
	}{
		"second":                {time.Second, "1s"},
		"minute":                {time.Minute, "1m"},
		"hour":                  {time.Hour, "1h"},
		"day":                   {day, "1d"},
		"no weeks":              {14 * day, "14d"},
		"carries up":            {90 * time.Second, "1m30s"},
		"all units":             {day + time.Hour + time.Minute + time.Second, "1d1h1m1s"},
		"gap":                   {day + time.Second, "1d1s"},
		"one under a day":       {day - time.Second, "23h59m59s"},
		"year":                  {365 * day, "365d"},
		"longest":               {tokenlife.Max, "106751d23h47m16s"},
		"saturated difference":  {time.Duration(math.MaxInt64), "106751d23h47m16s"},
		"nothing":               {0, "0s"},
		"less than a second":    {999 * time.Millisecond, "0s"},
		"fraction is left out":  {1500 * time.Millisecond, "1s"},
		"negative":              {-time.Hour, "0s"},
		"most negative":         {math.MinInt64, "0s"},
		"negative whole second": {-time.Second, "0s"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tokenlife.Format(test.life); got != test.want {
				t.Errorf("Format(%d) = %q, want %q", test.life, got, test.want)
			}
		})
	}
}

// Every life in whole seconds that Format writes, Parse reads back as the same.
func TestFormat_parsesBack(t *testing.T) {
	t.Parallel()
	var lives []time.Duration
	// Powers of three hit no unit's boundary; the neighbours of each boundary are
	// where a carry could go wrong.
	for life := time.Second; life <= tokenlife.Max/3; life *= 3 {
		lives = append(lives, life)
	}
	for _, unit := range []time.Duration{time.Minute, time.Hour, day, 7 * day, 365 * day, 106751 * day} {
		lives = append(lives, unit-time.Second, unit, unit+time.Second)
	}
	lives = append(lives, tokenlife.Max-time.Second, tokenlife.Max)
	for _, life := range lives {
		text := tokenlife.Format(life)
		got, err := tokenlife.Parse(text)
		if err != nil {
			t.Errorf("Parse(Format(%d)): %v", life, err)
		} else if got != life {
			t.Errorf("Parse(%q) = %d, want %d", text, got, life)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "90d", "1h30m", "0s", "106751d23h47m16s", "9223372037s", "1.5h", "1µs", "-1h", "99999999999999999999w"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		life, err := tokenlife.Parse(text)
		if err != nil {
			return
		}
		if life < time.Second || life > tokenlife.Max || life%time.Second != 0 {
			t.Fatalf("Parse(%q) = %d, which no life can be", text, life)
		}
		again, err := tokenlife.Parse(tokenlife.Format(life))
		if err != nil || again != life {
			t.Fatalf("Parse(Format(%d)) = %d, %v", life, again, err)
		}
	})
}
