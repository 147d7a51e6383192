package conformance

import (
	"testing"
)

func load(t *testing.T, p Product) *Suite {
	t.Helper()
	suite, err := Load(p)
	if err != nil {
		t.Fatal(err)
	}
	return suite
}

// TestReference puts the reference server through all cases, as every version.
func TestReference(t *testing.T) {
	t.Parallel()
	for _, p := range []Product{V2, V3} {
		suite := load(t, p)
		for _, version := range p.Versions() {
			t.Run(version, func(t *testing.T) {
				t.Parallel()
				result, err := suite.Reference(t.Context(), version, "")
				if err != nil {
					t.Fatal(err)
				}
				for _, err := range result.Failed {
					t.Error(err)
				}
			})
		}
	}
}
