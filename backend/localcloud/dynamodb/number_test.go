package dynamodb

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseNumber(t *testing.T) {
	nines := strings.Repeat("9", 38)
	for _, tt := range []struct{ in, want string }{
		{"0", "0"}, {"-0", "0"}, {"0e1000", "0"}, {"+3", "3"}, {".123", "0.123"}, {"5.", "5"}, {"0001.2300", "1.23"},
		{"1e+5", "100000"}, {"-17.4E3", "-17400"}, {"1e-3", "0.001"}, {nines, nines},
		{"1e125", "1" + strings.Repeat("0", 125)}, {"1e-130", "0." + strings.Repeat("0", 129) + "1"},
		{"9.99e125", "999" + strings.Repeat("0", 123)},
		{"1e126", "Number overflow"}, {"-11e125", "Number overflow"}, {"1e99999999999999999999", "Number overflow"},
		{"1e-131", "Number underflow"}, {"0.9e-130", "Number underflow"},
		{nines + "9", "Attempting to store more than 38"}, {"1" + nines, "Attempting to store more than 38"},
		{"NaN", "The parameter cannot be converted"}, {"Infinity", "The parameter cannot"}, {" 1", "The parameter cannot"},
		{"1 ", "The parameter cannot"}, {"", "The parameter cannot"}, {".", "The parameter cannot"},
		{"1e", "The parameter cannot"},
		{"--1", "The parameter cannot"}, {"0x1", "The parameter cannot"}, {"1_0", "The parameter cannot"},
		{"1e1.5", "The parameter cannot"},
	} {
		n, err := parseNumber(tt.in)
		got := n.String()
		if err != nil {
			got = err.Message
		}
		if got != tt.want && (err == nil || !strings.HasPrefix(got, tt.want)) {
			t.Errorf("parseNumber(%q) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

// TestNumberArithmetic checks the decimal against exact rationals.
func TestNumberArithmetic(t *testing.T) {
	decimal := rapid.StringMatching(`-?[0-9]{1,19}(\.[0-9]{1,10})?(e-?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := decimal.Draw(t, "a"), decimal.Draw(t, "b")
		n, err := parseNumber(a)
		m, err2 := parseNumber(b)
		if err != nil || err2 != nil {
			t.Skip()
		}
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		if got := n.compare(m); got != x.Cmp(y) {
			t.Fatalf("compare(%s, %s) = %d", a, b, got)
		}
		if (n == m) != (x.Cmp(y) == 0) {
			t.Fatalf("%s == %s is %v", a, b, n == m)
		}
		if got := strings.Compare(n.ordering(), m.ordering()); got != x.Cmp(y) {
			t.Fatalf("the encodings of %s and %s compare as %d", a, b, got)
		}
		sum, err := n.add(m)
		exact := new(big.Rat).Add(x, y)
		if err != nil {
			return // 38 digits do not hold it
		}
		if got, _ := new(big.Rat).SetString(sum.String()); got.Cmp(exact) != 0 {
			t.Fatalf("%s + %s = %s, want %s", a, b, sum, exact)
		}
		if difference, err := sum.add(m.negated()); err == nil && difference != n {
			t.Fatalf("%s + %s - %s = %s", a, b, b, difference)
		}
	})
}

func TestNumberOverflow(t *testing.T) {
	for _, tt := range [][2]string{{"9e125", "9e125"}, {"1e50", "1"}, {"1e125", "1e-130"}} {
		a, _ := parseNumber(tt[0])
		b, _ := parseNumber(tt[1])
		if sum, err := a.add(b); err == nil || !strings.HasPrefix(err.Message, "Number overflow") {
			t.Errorf("%s + %s = %s, %v; want an overflow", tt[0], tt[1], sum, err)
		}
	}
}
