package cognitoidp

import (
	"math/big"
	"testing"
)

func TestPowerOfG(t *testing.T) {
	largest := new(big.Int).Lsh(big.NewInt(1), 256)
	largest.Sub(largest, big.NewInt(1))
	exponents := []*big.Int{big.NewInt(0), big.NewInt(1), big.NewInt(0x10), largest}
	for range 20 {
		exponents = append(exponents, new(big.Int).SetBytes(randomBytes(32)))
	}
	for _, x := range exponents {
		if got, want := powerOfG(x), new(big.Int).Exp(srpG, x, srpN); got.Cmp(want) != 0 {
			t.Errorf("g^%x is %x, want %x", x, got, want)
		}
	}
}

func BenchmarkVerifier(b *testing.B) {
	x := new(big.Int).SetBytes(randomBytes(32))
	b.Run("Exp", func(b *testing.B) {
		for b.Loop() {
			new(big.Int).Exp(srpG, x, srpN)
		}
	})
	b.Run("powerOfG", func(b *testing.B) {
		for b.Loop() {
			powerOfG(x)
		}
	})
}
