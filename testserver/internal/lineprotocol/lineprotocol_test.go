package lineprotocol

import (
	"strings"
	"testing"
)

// TestCheck is every fault and every oddity. An empty want means that the line
// is taken.
func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ line, want string }{
		"point":               {`m f=1`, ""},
		"tags":                {`m,b=c,a=d f=1,g="x y",h=t 1`, ""},
		"escapes":             {`m\,n,a\ b=c\=d f\=g=1`, ""},
		"equals in the name":  {`m=n f=1`, ""},
		"blanks":              {`  m   f=1   12  `, ""},
		"comment":             {`# m`, ""},
		"nothing":             {" \t\x00", ""},
		"tail after a text":   {`m f="a"b`, ""},
		"escaped quote":       {`m f="a\"b c"`, ""},
		"text with all in it": {`m f="a=b, c"`, ""},

		"no measurement":     {`,a=b f=1`, "missing measurement"},
		"only a measurement": {`m`, "missing fields"},
		"no field":           {`m `, "invalid field format"},
		"tags, no fields":    {`m,a=b`, "missing fields"},
		"no tag key":         {`m,=b f=1`, "missing tag key"},
		"blank tag key":      {`m, f=1`, "missing tag key"},
		"no equals sign":     {`m,a f=1`, "missing tag value"},
		"no tag value":       {`m,a= f=1`, "missing tag value"},
		"no tag value, more": {`m,a=,b=c f=1`, "missing tag value"},
		"tag key ends":       {`m,a`, "missing tag value"},
		"two equals signs":   {`m,a=b=c f=1`, "invalid tag format"},
		"repeated tag":       {`m,a=1,b=2,a=3 f=1`, "duplicate tags"},
		"reserved tag":       {`m,time=1,time=2 f=1`, `cannot use reserved tag key "time"`},
		"reserved field tag": {`m,_field=1 f=1`, `cannot use reserved tag key "_field"`},

		"no field key":       {`m =1`, "missing field key"},
		"no second key":      {`m f=1,=2`, "missing field key"},
		"no field value":     {`m f=`, "missing field value"},
		"no value, more":     {`m f=,g=1`, "missing field value"},
		"no value, time":     {`m f= 1`, "missing field value"},
		"word":               {`m f`, "invalid field format"},
		"second is a word":   {`m f=1,g`, "invalid field format"},
		"comma too many":     {`m f=1,,g=2`, "invalid field format"},
		"open quote":         {`m f="a`, "unbalanced quotes"},
		"no boolean":         {`m f=x`, "invalid boolean"},
		"mixed boolean":      {`m f=tRUE`, "invalid boolean"},
		"long boolean":       {`m f=truest`, "invalid boolean"},
		"booleans":           {`m a=t,b=T,c=true,d=True,e=TRUE,f=f,g=F,h=false,i=False,j=FALSE`, ""},
		"backslash in a key": {`m a\\=b=1`, "invalid boolean"},

		"numbers":             {`m a=1,b=-1,c=.5,d=1.,e=1e5,f=1E-5,g=1i,h=-1i,i=1u,j=-e5`, "invalid float"},
		"good numbers":        {`m a=1,b=-1,c=.5,d=1.,e=1e5,f=1E-5,g=1i,h=-1i,i=1u`, ""},
		"not a number":        {`m f=NaN`, "invalid number"},
		"minus":               {`m f=-`, "invalid number"},
		"point only":          {`m f=.`, "invalid number"},
		"two points":          {`m f=1.2.3`, "invalid number"},
		"letter":              {`m f=1x`, "invalid number"},
		"suffix inside":       {`m f=9i10`, "invalid number"},
		"float integer":       {`m f=1.5i`, "invalid number"},
		"scientific integer":  {`m f=1e5i`, "invalid number"},
		"negative unsigned":   {`m f=-1u`, "invalid number"},
		"plus":                {`m f=+1`, "invalid boolean"},
		"greatest integer":    {`m f=9223372036854775807i`, ""},
		"integer too great":   {`m f=9223372036854775808i`, `unable to parse integer 9223372036854775808: strconv.ParseInt: parsing "9223372036854775808": value out of range`},
		"integer too low":     {`m f=-9223372036854775809i`, `unable to parse integer -9223372036854775809: strconv.ParseInt: parsing "-9223372036854775809": value out of range`},
		"greatest unsigned":   {`m f=18446744073709551615u`, ""},
		"unsigned too great":  {`m f=18446744073709551616u`, `unable to parse unsigned 18446744073709551616: strconv.ParseUint: parsing "18446744073709551616": value out of range`},
		"float too great":     {`m f=1e400`, "invalid float"},
		"exponent is missing": {`m f=1e`, "invalid float"},

		"negative time":     {`m f=1 -1`, ""},
		"no time":           {`m f=1 x`, "bad timestamp"},
		"time with a point": {`m f=1 1.5`, "bad timestamp"},
		"only a minus":      {`m f=1 -`, `strconv.ParseInt: parsing "-": invalid syntax`},
		"huge time":         {`m f=1 99999999999999999999`, `strconv.ParseInt: parsing "99999999999999999999": value out of range`},
		"latest time":       {`m f=1 9223372036854775806`, ""},
		"too late":          {`m f=1 9223372036854775807`, "time outside range -9223372036854775806 - 9223372036854775806"},
		"too early":         {`m f=1 -9223372036854775807`, "time outside range -9223372036854775806 - 9223372036854775806"},
		"rest":              {`m f=1 1 x`, "point is invalid"},

		"long series":    {strings.Repeat("m", maxKeyLength+1) + " f=1", "max key length exceeded: 65536 > 65535"},
		"long field key": {"m " + strings.Repeat("f", maxKeyLength) + "=1", "max key length exceeded: 65540 > 65535"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := tt.want
			if want != "" {
				want = "unable to parse '" + strings.TrimLeft(tt.line, " ") + "': " + want
			}
			got := ""
			if _, err := Check([]byte(tt.line), "ns"); err != nil {
				got = err.Error()
			}
			if got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// TestCheck_lines says what a line is, and that each has a fault of its own.
func TestCheck_lines(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		data   string
		points int
		want   string
	}{
		"nothing":        {"", 0, ""},
		"two":            {"m f=1\nm f=2", 2, ""},
		"last line end":  {"m f=1\nm f=2\n\n", 2, ""},
		"quoted":         {"m f=\"a\nb\"\nm f=1", 2, ""},
		"quote in a tag": {"m,a=\" f=1\nm f=2", 2, ""},
		"open quote":     {"m f=\"a\nm f=1\n", 0, "unable to parse 'm f=\"a\nm f=1': unbalanced quotes"},
		"some":           {"m f=1\nx\n# c\n  y \n", 1, "unable to parse 'x': missing fields\nunable to parse 'y ': invalid field format"},
		"carriage":       {"m f=1\r\n", 0, "unable to parse 'm f=1\r': invalid number"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			points, err := Check([]byte(tt.data), "ns")
			got := ""
			if err != nil {
				got = err.Error()
			}
			if points != tt.points || got != tt.want {
				t.Errorf("%d %q", points, got)
			}
		})
	}
}

// TestCheck_precision says where the range of times ends.
func TestCheck_precision(t *testing.T) {
	t.Parallel()
	for precision, latest := range map[string]string{
		"ns": "9223372036854775806", "us": "9223372036854775", "ms": "9223372036854", "s": "9223372036", "other": "9223372036854775806",
	} {
		t.Run(precision, func(t *testing.T) {
			t.Parallel()
			for sign, text := range map[string]string{"late": latest, "early": "-" + latest} {
				if _, err := Check([]byte("m f=1 "+text), precision); err != nil {
					t.Errorf("%s: %v", sign, err)
				}
				if _, err := Check([]byte("m f=1 "+text[:len(text)-1]+"9"), precision); err == nil {
					t.Errorf("%s: no error", sign)
				}
			}
		})
	}
}

// FuzzCheck says that nothing makes it panic, and that it counts no more points
// than there are lines.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"m,a=b f=1i,g=\"x\ny\" 12\n#c\n", "m f", ",", "m \\", "m f=\"", "m,a=b,a=c f=t"} {
		f.Add([]byte(seed), "s")
	}
	f.Fuzz(func(t *testing.T, data []byte, precision string) {
		points, err := Check(data, precision)
		if lines := strings.Count(string(data), "\n") + 1; points > lines {
			t.Errorf("%d points in %d lines", points, lines)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "unable to parse '") {
			t.Errorf("%v", err)
		}
	})
}
