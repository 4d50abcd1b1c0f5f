package cognitoidp

import (
	"encoding/base64"
	"math/big"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// device is a remembered device: a second SRP secret that stands for the machine.
type device struct {
	Key, Group, Name      string
	Secret                secret
	Confirmed, Remembered bool
	Created, Modified     time.Time
	LastSignIn            time.Time
}

// deviceMetadata is NewDeviceMetadataType.
type deviceMetadata struct{ DeviceKey, DeviceGroupKey string }

// meetDevice gives a device that signed in without a key one of its own.
func (s *Service) meetDevice(p *pool, u *user, now time.Time) *deviceMetadata {
	d := device{Key: s.env.Region + "_" + s.uuid(), Group: "-" + s.identifier(8, 62), Created: now, Modified: now,
		LastSignIn: now}
	if u.Devices == nil {
		u.Devices = map[string]device{}
	}
	u.Devices[d.Key] = d
	s.writeUser(p, u)
	return &deviceMetadata{DeviceKey: d.Key, DeviceGroupKey: d.Group}
}

type deviceInput struct {
	accessInput
	userInput
	DeviceKey, DeviceName      string
	DeviceRememberedStatus     string
	DeviceSecretVerifierConfig struct{ PasswordVerifier, Salt string }
	Limit                      *int32
	PaginationToken            string
}

func (u *user) device(key string) (device, error) {
	d, ok := u.Devices[key]
	if !ok {
		return d, fail("ResourceNotFoundException", "Device does not exist.")
	}
	return d, nil
}

// confirmDevice takes the device's SRP verifier and salt.
func confirmDevice(s *Service, c *wire.Call, b *bearer, in *deviceInput) (any, error) {
	d, err := b.user.device(in.DeviceKey)
	if err != nil {
		return nil, err
	}
	v, err1 := base64.StdEncoding.DecodeString(in.DeviceSecretVerifierConfig.PasswordVerifier)
	salt, err2 := base64.StdEncoding.DecodeString(in.DeviceSecretVerifierConfig.Salt)
	if err1 != nil || err2 != nil || len(v) == 0 || len(salt) == 0 {
		return nil, fail("InvalidParameterException", "Invalid DeviceSecretVerifierConfig: verifier and salt must be base64.")
	}
	d.Secret = secret{Salt: new(big.Int).SetBytes(salt).Text(16), Verifier: new(big.Int).SetBytes(v).Text(16)}
	d.Confirmed, d.Name, d.Modified = true, in.DeviceName, c.Now
	onPrompt := b.pool.Config.DeviceConfiguration != nil &&
		b.pool.Config.DeviceConfiguration.DeviceOnlyRememberedOnUserPrompt
	d.Remembered = !onPrompt
	b.user.Devices[d.Key] = d
	s.writeUser(b.pool, b.user)
	return map[string]any{"UserConfirmationNecessary": onPrompt}, nil
}

func updateDeviceStatus(s *Service, c *wire.Call, b *bearer, in *deviceInput) (any, error) {
	d, err := b.user.device(in.DeviceKey)
	if err != nil {
		return nil, err
	}
	d.Remembered, d.Modified = in.DeviceRememberedStatus == "remembered", c.Now
	b.user.Devices[d.Key] = d
	s.writeUser(b.pool, b.user)
	return nil, nil
}

func forgetDevice(s *Service, _ *wire.Call, b *bearer, in *deviceInput) (any, error) {
	return nil, s.forget(b.pool, b.user, in.DeviceKey)
}

func adminForgetDevice(s *Service, _ *wire.Call, in *deviceInput) (any, error) {
	p, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	return nil, s.forget(p, u, in.DeviceKey)
}

// forget removes a device; its sessions' refresh tokens go with it.
func (s *Service) forget(p *pool, u *user, key string) error {
	if _, err := u.device(key); err != nil {
		return err
	}
	delete(u.Devices, key)
	for _, x := range s.sessions {
		if x.Sub == u.Sub && x.DeviceKey == key {
			s.revoke(x)
		}
	}
	s.writeUser(p, u)
	return nil
}

func getDevice(_ *Service, _ *wire.Call, b *bearer, in *deviceInput) (any, error) {
	d, err := b.user.device(in.DeviceKey)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Device": viewDevice(d)}, nil
}

func adminGetDevice(s *Service, _ *wire.Call, in *deviceInput) (any, error) {
	_, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	d, err := u.device(in.DeviceKey)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Device": viewDevice(d)}, nil
}

func listDevices(_ *Service, _ *wire.Call, b *bearer, in *deviceInput) (any, error) {
	return devicePage(b.user, in)
}

func adminListDevices(s *Service, _ *wire.Call, in *deviceInput) (any, error) {
	_, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	return devicePage(u, in)
}

func devicePage(u *user, in *deviceInput) (any, error) {
	keys, next, err := page(mapKeys(u.Devices), in.PaginationToken, in.Limit, 60)
	if err != nil {
		return nil, err
	}
	out := []map[string]any{}
	for _, k := range keys {
		out = append(out, viewDevice(u.Devices[k]))
	}
	return answer("Devices", out, "PaginationToken", next), nil
}

func viewDevice(d device) map[string]any {
	status := "not_remembered"
	if d.Remembered {
		status = "remembered"
	}
	return map[string]any{"DeviceKey": d.Key, "DeviceCreateDate": stamp(d.Created),
		"DeviceLastModifiedDate":      stamp(d.Modified),
		"DeviceLastAuthenticatedDate": stamp(d.LastSignIn),
		"DeviceAttributes": []attribute{{"device_status", "valid"}, {"device_name", d.Name},
			{"dev:device_remembered_status", status}}}
}

// answerDeviceSRP begins the device's own SRP exchange.
func (s *Service) answerDeviceSRP(ch *challenge, in *respondInput, now time.Time) (*authAnswer, error) {
	_, _, u, err := s.people(ch.attempt)
	if err != nil {
		return nil, err
	}
	key := in.ChallengeResponses["DEVICE_KEY"]
	d, ok := u.Devices[key]
	if !ok || key != ch.attempt.deviceKey {
		return nil, fail("NotAuthorizedException", "Incorrect username or password.")
	}
	exchange, err := newSRP(d.Group, d.Key, d.Secret, in.ChallengeResponses["SRP_A"])
	if err != nil {
		return nil, err
	}
	s.close(ch)
	next := s.askUnder(exchange.handle(), deviceVerifier, ch.attempt, now)
	next.srp = exchange
	params := exchange.parameters()
	params["DEVICE_KEY"], params["USERNAME"] = d.Key, u.Username
	return &authAnswer{ChallengeName: deviceVerifier, ChallengeParameters: params}, nil
}

// answerDeviceVerifier checks the device's proof. A remembered device stands for the second factor where the pool
// challenges new devices only.
func (s *Service) answerDeviceVerifier(ch *challenge, in *respondInput, now time.Time) (attempt, error) {
	a, r := ch.attempt, in.ChallengeResponses
	s.close(ch)
	p, _, u, err := s.people(a)
	if err != nil {
		return a, err
	}
	if !timestampValid(r["TIMESTAMP"]) || !ch.srp.claimed(r["PASSWORD_CLAIM_SIGNATURE"], r["TIMESTAMP"]) {
		return a, fail("NotAuthorizedException", "Incorrect username or password.")
	}
	d := u.Devices[a.deviceKey]
	d.LastSignIn = now
	u.Devices[a.deviceKey] = d
	s.writeUser(p, u)
	a.deviceDone = true
	a.mfaDone = d.Remembered && p.Config.DeviceConfiguration.ChallengeRequiredOnNewDevice
	return a, nil
}

// needsDevice reports whether a refresh must name the session's device.
func (u *user) needsDevice(x *session) bool {
	return x.DeviceKey != "" && u.Devices[x.DeviceKey].Confirmed
}
