package cognitoidp

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
	"sync"
	"time"
)

// The 3072-bit group of RFC 5054 (RFC 3526, group 15) with g = 2, and SRP-6a's k = H(N | g) over the padded bytes that
// Cognito's clients hash.
var (
	srpN, _ = new(big.Int).SetString(strings.Join([]string{
		"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD",
		"EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED",
		"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F",
		"83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B",
		"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510",
		"15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7",
		"ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C",
		"BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
	}, ""), 16)
	srpG = big.NewInt(2)
	srpK = hashInt(padded(srpN), []byte{2})
)

// srpInfo is HKDF's info in Cognito's clients.
const srpInfo = "Caldera Derived Key"

// secret is what is kept of a password.
type secret struct {
	Salt, Verifier string // lowercase hex
}

// newSecret derives salt and verifier. group and name are the pool's name and the user's, or a device's group and key.
func newSecret(group, name, password string) secret {
	salt := new(big.Int).SetBytes(randomBytes(16))
	return secret{Salt: salt.Text(16), Verifier: verifier(group, name, password, salt).Text(16)}
}

// verifier is g^x with x = H(salt | H(group + name + ":" + password)).
func verifier(group, name, password string, salt *big.Int) *big.Int {
	inner := sha256.Sum256([]byte(group + name + ":" + password))
	return powerOfG(hashInt(padded(salt), inner[:]))
}

// powersOfG returns g^(d·16^i) mod N for each hexadecimal digit d of an exponent of 256 bits and its place i.
var powersOfG = sync.OnceValue(func() (powers [64][16]*big.Int) {
	base := new(big.Int).Set(srpG)
	for i := range powers {
		powers[i][0] = big.NewInt(1)
		for d := 1; d < 16; d++ {
			power := new(big.Int).Mul(powers[i][d-1], base)
			powers[i][d] = power.Mod(power, srpN)
		}
		base = new(big.Int).Mul(powers[i][15], base)
		base.Mod(base, srpN)
	}
	return powers
})

// powerOfG returns g^x mod N for an x of 256 bits, in a fraction of the time that Exp takes. Most of what a cloud with
// users costs at its first start is this.
func powerOfG(x *big.Int) *big.Int {
	powers, power, quotient := powersOfG(), big.NewInt(1), new(big.Int)
	for i, b := range x.FillBytes(make([]byte, 32)) {
		for _, digit := range []*big.Int{powers[63-2*i][b>>4], powers[62-2*i][b&15]} {
			product := new(big.Int).Mul(power, digit)
			quotient.QuoRem(product, srpN, power)
		}
	}
	return power
}

// matches reports whether password is the one the secret was made of.
func (k secret) matches(group, name, password string) bool {
	salt, ok := new(big.Int).SetString(k.Salt, 16)
	if !ok || k.Verifier == "" {
		return false
	}
	got := verifier(group, name, password, salt).Text(16)
	return subtle.ConstantTimeCompare([]byte(got), []byte(k.Verifier)) == 1
}

// srpServer is the server's half of one exchange.
type srpServer struct {
	group, name string
	a, b, bigB  *big.Int
	v           *big.Int
	salt        string
	block       []byte // SECRET_BLOCK
}

// newSRP starts an exchange with a client that sent A (hex). It refuses an A that is a multiple of N, by which a
// client would know the session key without the password.
func newSRP(group, name string, k secret, clientA string) (*srpServer, error) {
	a, ok := new(big.Int).SetString(clientA, 16)
	if !ok || a.Sign() <= 0 || a.BitLen() > srpN.BitLen() || new(big.Int).Mod(a, srpN).Sign() == 0 {
		return nil, fail("InvalidParameterException", "Invalid SRP_A value provided.")
	}
	v, ok := new(big.Int).SetString(k.Verifier, 16)
	if !ok {
		return nil, fail("NotAuthorizedException", "Incorrect username or password.")
	}
	x := &srpServer{group: group, name: name, a: a, v: v, salt: k.Salt, block: randomBytes(640)}
	x.b = new(big.Int).SetBytes(randomBytes(32))
	x.bigB = new(big.Int).Mul(srpK, v)
	x.bigB.Add(x.bigB, new(big.Int).Exp(srpG, x.b, srpN)).Mod(x.bigB, srpN)
	return x, nil
}

// parameters are the PASSWORD_VERIFIER challenge's.
func (x *srpServer) parameters() map[string]string {
	return map[string]string{
		"SALT": x.salt, "SRP_B": x.bigB.Text(16), "SECRET_BLOCK": x.handle(),
	}
}

// handle is the secret block as the wire has it; it is also the key under which the exchange waits.
func (x *srpServer) handle() string { return base64.StdEncoding.EncodeToString(x.block) }

// key is the exchange's shared key: HKDF over S = (A·v^u)^b.
func (x *srpServer) key() []byte {
	u := hashInt(padded(x.a), padded(x.bigB))
	s := new(big.Int).Exp(x.v, u, srpN)
	s.Mul(s, x.a).Exp(s, x.b, srpN)
	k, err := hkdf.Key(sha256.New, padded(s), padded(u), srpInfo, 16)
	if err != nil {
		panic("cognitoidp: " + err.Error()) // only for lengths beyond 255 hashes
	}
	return k
}

// claimed verifies PASSWORD_CLAIM_SIGNATURE: HMAC over group + name + secret block + timestamp.
func (x *srpServer) claimed(signature, timestamp string) bool {
	got, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	m := hmac.New(sha256.New, x.key())
	m.Write([]byte(x.group + x.name))
	m.Write(x.block)
	m.Write([]byte(timestamp))
	return hmac.Equal(got, m.Sum(nil))
}

// timestampValid checks the form of TIMESTAMP. Cognito does not hold it against its own clock.
func timestampValid(ts string) bool {
	_, err := time.Parse("Mon Jan 2 15:04:05 MST 2006", ts)
	return err == nil
}

// padded is a number as Cognito's clients hash it: big-endian two's complement, so that a set top bit gets a zero byte
// before it.
func padded(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) == 0 || b[0]&0x80 != 0 {
		return append([]byte{0}, b...)
	}
	return b
}

func hashInt(parts ...[]byte) *big.Int {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return new(big.Int).SetBytes(h.Sum(nil))
}

// decoySecret is what is shown for a user who does not exist: always the same salt for a name, and a verifier that no
// password opens.
func decoySecret(key []byte, name string) secret {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(name))
	salt := m.Sum(nil)[:16]
	return secret{Salt: new(big.Int).SetBytes(salt).Text(16), Verifier: hex.EncodeToString(randomBytes(380))}
}
