package dynamodb

import (
	"math/big"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// DynamoDB's number: 38 significant decimal digits, magnitude 1E-130 to 9.99…E+125.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
const (
	maxDigits   = 38
	maxExponent = 126  // of 0.d…d × 10^e, that is 9.99…E+125
	minExponent = -129 // that is 1E-130
)

// number is ±0.digits × 10^exp, with no leading and no trailing zero in digits; zero has no digits at all. The
// form is canonical, so that == is equality by value, and digits compare as text.
type number struct {
	neg    bool
	digits string
	exp    int
}

var (
	errOverflow  = invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
	errUnderflow = invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	errPrecision = invalid("Attempting to store more than 38 significant digits in a Number")
)

// parseNumber reads a decimal as DynamoDB does: no spaces, no NaN, no Infinity.
func parseNumber(s string) (number, *wire.Error) {
	bad := invalid("The parameter cannot be converted to a numeric value: %s", s)
	if s == "" {
		return number{}, invalid("The parameter cannot be converted to a numeric value")
	}
	var n number
	rest := s
	if rest[0] == '+' || rest[0] == '-' {
		n.neg, rest = rest[0] == '-', rest[1:]
	}
	mantissa, exponent, hasExponent := cutAny(rest, "eE")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole+fraction == "" || !allDigits(whole) || !allDigits(fraction) {
		return number{}, bad
	}
	exp := 0
	if hasExponent {
		var ok bool
		if exp, ok = smallInt(exponent); !ok {
			return number{}, bad
		}
	}
	return normal(n.neg, whole+fraction, exp+len(whole))
}

// normal makes 0.digits × 10^exp canonical, and checks it.
func normal(neg bool, digits string, exp int) (number, *wire.Error) {
	trimmed := strings.TrimLeft(digits, "0")
	exp -= len(digits) - len(trimmed)
	trimmed = strings.TrimRight(trimmed, "0")
	switch {
	case trimmed == "":
		return number{}, nil
	case exp > maxExponent:
		return number{}, errOverflow
	case exp < minExponent:
		return number{}, errUnderflow
	case len(trimmed) > maxDigits:
		return number{}, errPrecision
	}
	return number{neg: neg, digits: trimmed, exp: exp}, nil
}

func cutAny(s, chars string) (before, after string, found bool) {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// smallInt reads a signed integer and clamps it far outside the range of any exponent.
func smallInt(s string) (int, bool) {
	neg := false
	if s != "" && (s[0] == '+' || s[0] == '-') {
		neg, s = s[0] == '-', s[1:]
	}
	if s == "" || !allDigits(s) {
		return 0, false
	}
	n := 0
	for i := 0; i < len(s) && n < 1_000_000; i++ {
		n = n*10 + int(s[i]-'0')
	}
	if neg {
		n = -n
	}
	return n, true
}

// String is the plain decimal form in which DynamoDB answers.
func (n number) String() string {
	if n.digits == "" {
		return "0"
	}
	var b strings.Builder
	if n.neg {
		b.WriteByte('-')
	}
	switch {
	case n.exp <= 0:
		b.WriteString("0." + strings.Repeat("0", -n.exp) + n.digits)
	case n.exp >= len(n.digits):
		b.WriteString(n.digits + strings.Repeat("0", n.exp-len(n.digits)))
	default:
		b.WriteString(n.digits[:n.exp] + "." + n.digits[n.exp:])
	}
	return b.String()
}

// compare returns -1, 0 or 1.
func (n number) compare(m number) int {
	switch {
	case n == m:
		return 0
	case n.sign() != m.sign():
		return cmpInt(n.sign(), m.sign())
	case n.exp != m.exp:
		return n.sign() * cmpInt(n.exp, m.exp)
	default:
		return n.sign() * strings.Compare(n.digits, m.digits)
	}
}

func cmpInt(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (n number) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.neg:
		return -1
	}
	return 1
}

// add returns n + m, exactly or not at all: DynamoDB answers an overflow where 38 digits do not hold the sum.
func (n number) add(m number) (number, *wire.Error) {
	scale := min(n.exp-len(n.digits), m.exp-len(m.digits))
	sum := new(big.Int).Add(n.scaled(scale), m.scaled(scale))
	digits := new(big.Int).Abs(sum).String()
	r, err := normal(sum.Sign() < 0, digits, scale+len(digits))
	if err == errPrecision {
		return number{}, errOverflow
	}
	return r, err
}

func (n number) negated() number {
	if n.digits != "" {
		n.neg = !n.neg
	}
	return n
}

// scaled is n / 10^scale as an integer; scale is at most the exponent of n's last digit.
func (n number) scaled(scale int) *big.Int {
	i := new(big.Int)
	if n.digits == "" {
		return i
	}
	i.SetString(n.digits, 10)
	power := big.NewInt(int64(n.exp - len(n.digits) - scale))
	i.Mul(i, power.Exp(big.NewInt(10), power, nil))
	if n.neg {
		i.Neg(i)
	}
	return i
}

// size is the number's share of an item's size, in bytes: one for every two significant digits, and one more.
func (n number) size() int {
	size := (len(n.digits)+1)/2 + 1
	if n.neg {
		size++
	}
	return size
}
