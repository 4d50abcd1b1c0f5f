package cognitoidp_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"testing"
	"time"
)

// testDevice is the device's side of DEVICE_SRP_AUTH, written from amazon-cognito-identity-js's AuthenticationHelper
// and not from the server.
type testDevice struct {
	group, key, password string
	n, g, salt, small    *big.Int
}

func newDevice(group, key, password string) *testDevice {
	one := big.NewInt(1)
	// RFC 3526's group 15: 2^3072 - 2^3008 - 1 + 2^64 * ([2^2942 pi] + 1690314), given here by its hexadecimal form.
	n, _ := new(big.Int).SetString(
		"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"+
			"EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"+
			"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"+
			"83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"+
			"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"+
			"15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"+
			"ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"+
			"BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF", 16)
	salt := new(big.Int).Lsh(one, 127)
	return &testDevice{group: group, key: key, password: password, n: n, g: big.NewInt(2),
		salt: salt.Add(salt, big.NewInt(987654321)), small: new(big.Int).Lsh(big.NewInt(0xabcdef), 200)}
}

func devicePad(v *big.Int) []byte {
	b := v.Bytes()
	if b[0] >= 0x80 {
		return append([]byte{0}, b...)
	}
	return b
}

func deviceHash(parts ...[]byte) *big.Int {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return new(big.Int).SetBytes(h.Sum(nil))
}

func (d *testDevice) x() *big.Int {
	inner := sha256.Sum256([]byte(d.group + d.key + ":" + d.password))
	return deviceHash(devicePad(d.salt), inner[:])
}

func (d *testDevice) verifier64() string {
	return base64.StdEncoding.EncodeToString(devicePad(new(big.Int).Exp(d.g, d.x(), d.n)))
}

func (d *testDevice) salt64() string { return base64.StdEncoding.EncodeToString(devicePad(d.salt)) }

func (d *testDevice) a() string { return new(big.Int).Exp(d.g, d.small, d.n).Text(16) }

func (d *testDevice) proof(t *testing.T, challenge obj, now time.Time) obj {
	t.Helper()
	b, ok := new(big.Int).SetString(challenge.str("ChallengeParameters", "SRP_B"), 16)
	if !ok {
		t.Fatalf("no SRP_B: %v", challenge)
	}
	a := new(big.Int).Exp(d.g, d.small, d.n)
	u, k := deviceHash(devicePad(a), devicePad(b)), deviceHash(devicePad(d.n), []byte{2})
	base := new(big.Int).Exp(d.g, d.x(), d.n)
	base.Mul(base, k).Sub(b, base).Mod(base, d.n)
	exp := new(big.Int).Mul(u, d.x())
	s := new(big.Int).Exp(base, exp.Add(exp, d.small), d.n)
	prk := deviceMAC(devicePad(u), devicePad(s))
	key := deviceMAC(prk, []byte("Caldera Derived Key\x01"))[:16]
	block := challenge.str("ChallengeParameters", "SECRET_BLOCK")
	raw, err := base64.StdEncoding.DecodeString(block)
	if err != nil {
		t.Fatal(err)
	}
	ts := now.UTC().Format("Mon Jan 2 15:04:05 MST 2006")
	sig := deviceMAC(key, []byte(d.group+d.key), raw, []byte(ts))
	return obj{"USERNAME": "demo", "DEVICE_KEY": d.key, "TIMESTAMP": ts, "PASSWORD_CLAIM_SECRET_BLOCK": block,
		"PASSWORD_CLAIM_SIGNATURE": base64.StdEncoding.EncodeToString(sig)}
}

func deviceMAC(key []byte, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, key)
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}
