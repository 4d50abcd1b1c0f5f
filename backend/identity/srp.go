package identity

import (
	"errors"
	"math/big"
	"time"

	cognitosrp "github.com/alexrudd/cognito-srp/v4"
)

// groupN is the 3,072-bit prime of RFC 3526 that Cognito's SRP works in; the library does not export it.
var groupN, _ = new(big.Int).SetString("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD1"+
	"29024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245"+
	"E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3D"+
	"C2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D"+
	"670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9"+
	"DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64"+
	"ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6B"+
	"F12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB31"+
	"43DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF", 16)

// prover is one SRP exchange of one password.
type prover struct{ *cognitosrp.CognitoSRP }

func newProver(username, password, poolID, clientID string) (prover, error) {
	srp, err := cognitosrp.NewCognitoSRP(username, password, poolID, clientID, nil)
	return prover{srp}, err
}

// answer proves the password to a PASSWORD_VERIFIER challenge. The library panics where the server's numbers are no
// hexadecimal, and does not refuse a B that is a multiple of N, as SRP-6a demands; so both are looked at first. Its
// TIMESTAMP writes afternoon hours on a 12-hour clock: Cognito signs over the text and does not compare the time.
func (p prover) answer(params map[string]string, now time.Time) (map[string]string, error) {
	b, okB := new(big.Int).SetString(params["SRP_B"], 16)
	_, okSalt := new(big.Int).SetString(params["SALT"], 16)
	if !okB || !okSalt || params["SECRET_BLOCK"] == "" || params["USER_ID_FOR_SRP"] == "" {
		return nil, errNotCognito
	}
	if b.Sign() <= 0 || b.BitLen() > groupN.BitLen() || new(big.Int).Mod(b, groupN).Sign() == 0 {
		return nil, errors.New("the server's SRP value is not allowed by SRP-6a")
	}
	answers, err := p.PasswordVerifierChallenge(params, now)
	if err != nil {
		return nil, errNotCognito
	}
	return answers, nil
}
