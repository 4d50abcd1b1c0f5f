package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
)

// device is what this computer is remembered as: a second SRP secret, which stands for the second factor. It outlives
// a sign-out, and lives in the keyring like the refresh token.
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html
type device struct {
	Client   string `json:"client"`
	Username string `json:"username"` // as typed, in lower case
	Key      string `json:"key"`
	Group    string `json:"group"`
	Password string `json:"password"`
}

// String hides the password from fmt.
func (*device) String() string { return redacted }

// GoString hides it from %#v.
func (*device) GoString() string { return redacted }

// name adds the device to a request's parameters; nil adds nothing.
func (d *device) name(params map[string]string) {
	if d != nil {
		params["DEVICE_KEY"] = d.Key
	}
}

// verifierOf makes the salt and the verifier by which Cognito knows the device: g^x mod N with
// x = H(salt | H(group + key + ":" + password)). Both are hashed and sent as big-endian two's complement.
func (d *device) verifierOf(salt []byte) (paddedSalt, verifier []byte) {
	paddedSalt = signed(new(big.Int).SetBytes(salt))
	inner := sha256.Sum256([]byte(d.Group + d.Key + ":" + d.Password))
	x := sha256.Sum256(append(slices.Clone(paddedSalt), inner[:]...))
	v := new(big.Int).Exp(big.NewInt(2), new(big.Int).SetBytes(x[:]), groupN)
	return paddedSalt, signed(v)
}

// signed is a positive number's bytes, with a zero before a first bit that is set.
func signed(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) == 0 || b[0]&0x80 != 0 {
		return append([]byte{0}, b...)
	}
	return b
}

// proveDevice answers DEVICE_SRP_AUTH and the verifier challenge that follows it.
func (s *Service) proveDevice(ctx context.Context, e attempt, a answered) (answered, error) {
	d := e.device
	if d == nil {
		return answered{}, errNotCognito // it asks for a device that we did not name
	}
	srp, err := newProver(d.Key, d.Password, "_"+d.Group, s.opt.ClientID)
	if err != nil {
		return answered{}, err
	}
	next, err := s.respond(ctx, a.challenge, a.session, map[string]string{
		"USERNAME": e.username, "DEVICE_KEY": d.Key, "SRP_A": srp.GetAuthParams()["SRP_A"],
	})
	if err != nil {
		return answered{}, err
	}
	if next.challenge != types.ChallengeNameTypeDevicePasswordVerifier {
		return answered{}, errNotCognito
	}
	params := map[string]string{"USERNAME": e.username, "USER_ID_FOR_SRP": d.Key}
	for _, name := range []string{"SRP_B", "SALT", "SECRET_BLOCK"} {
		params[name] = next.params[name]
	}
	answers, err := srp.answer(params, wall())
	if err != nil {
		return answered{}, err
	}
	d.name(answers)
	return s.respond(ctx, next.challenge, next.session, answers)
}

// registerDevice introduces this computer to a pool that tracks devices, and keeps its secret. It reports whether the
// user is to decide if it is remembered. A failure is no reason to refuse the sign-in.
func (s *Service) registerDevice(ctx context.Context, e attempt, tokens *types.AuthenticationResultType) (ask bool) {
	m := tokens.NewDeviceMetadata
	d := &device{Client: s.opt.ClientID, Username: strings.ToLower(e.typed), Key: aws.ToString(m.DeviceKey),
		Group: aws.ToString(m.DeviceGroupKey), Password: random()}
	if d.Key == "" || d.Group == "" || strings.Contains(d.Group, "_") || e.typed == "" {
		return false
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	salt, verifier := d.verifierOf(salt)
	host, _ := os.Hostname()
	out, err := s.idp.ConfirmDevice(ctx, &cognitoidentityprovider.ConfirmDeviceInput{
		AccessToken: tokens.AccessToken, DeviceKey: &d.Key, DeviceName: aws.String(strings.TrimSpace(product + " " + host)),
		DeviceSecretVerifierConfig: &types.DeviceSecretVerifierConfigType{
			Salt:             aws.String(base64.StdEncoding.EncodeToString(salt)),
			PasswordVerifier: aws.String(base64.StdEncoding.EncodeToString(verifier)),
		},
	})
	if err != nil {
		s.opt.Log.Warn("this computer could not be introduced to the user pool", "cause", explain(signingIn, err))
		return false
	}
	s.vault.keepDevice(ctx, d)
	return out.UserConfirmationNecessary
}

// remember ends a sign-in with the user's word on whether this computer is to be remembered.
func (s *Service) remember(ctx context.Context, t *step, answer string) (*backend.User, *backend.Challenge, error) {
	switch answer {
	case backend.AnswerYes, backend.AnswerNo:
	default:
		return nil, t.challenge(), yesOrNo()
	}
	if answer == backend.AnswerYes {
		_, err := s.idp.UpdateDeviceStatus(ctx,
			&cognitoidentityprovider.UpdateDeviceStatusInput{AccessToken: aws.String(string(t.signedIn.access)),
				DeviceKey: &t.signedIn.deviceKey, DeviceRememberedStatus: types.DeviceRememberedStatusTypeRemembered})
		if err != nil {
			s.opt.Log.Warn("this computer is not remembered", "cause", explain(answering, err))
		}
	}
	return s.finishSignIn(ctx, t.signedIn), nil, nil
}

// random is 32 bytes of the system's randomness in base64url.
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// The devices are kept apart from the sign-in, which a sign-out erases: newest first, as many as one entry holds.

func (v *vault) devicesAccount() string { return v.entries.account + "/devices" }

func (v *vault) readDevices() ([]*device, error) {
	text, err := v.entries.ring.Get(keyringService, v.devicesAccount())
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	var all []*device
	if err == nil && json.Unmarshal([]byte(text), &all) != nil {
		return nil, nil // not ours, and not worth keeping
	}
	return all, err
}

func (v *vault) writeDevices(all []*device) error {
	if len(all) == 0 {
		err := v.entries.ring.Delete(keyringService, v.devicesAccount())
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	}
	data, err := json.Marshal(all)
	switch {
	case err != nil:
		return err
	case len(data) > chunkSize && len(all) > 1:
		return v.writeDevices(all[:len(all)-1])
	}
	return v.entries.ring.Set(keyringService, v.devicesAccount(), string(data))
}

func (d *device) same(o *device) bool {
	return d.Client == o.Client && d.Username == o.Username
}

// device is what this computer is remembered as for a user, nil if it is not.
func (v *vault) device(ctx context.Context, typed string) *device {
	found := make(chan *device, 1)
	want := &device{Client: v.client, Username: strings.ToLower(typed)}
	v.do(ctx, backgroundWait, func() error {
		all, err := v.readDevices()
		if i := slices.IndexFunc(all, want.same); i >= 0 {
			found <- all[i]
		}
		return err
	})
	select {
	case d := <-found:
		return d
	default:
		return nil
	}
}

func (v *vault) keepDevice(ctx context.Context, d *device) {
	v.changeDevices(ctx, d, []*device{d})
}

func (v *vault) forgetDevice(ctx context.Context, d *device) {
	v.changeDevices(ctx, d, nil)
}

// changeDevices puts first before all devices but those of the same user as d.
func (v *vault) changeDevices(ctx context.Context, d *device, first []*device) {
	v.do(ctx, backgroundWait, func() error {
		all, err := v.readDevices()
		if err != nil {
			return err
		}
		return v.writeDevices(append(first, slices.DeleteFunc(all, d.same)...))
	})
}
