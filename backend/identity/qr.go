package identity

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"net/url"

	"github.com/pquerna/otp"
)

// product is under which name an authenticator app lists the account.
const product = "Avatar Launcher"

// pictureSize is the QR code's, in pixels: at least three to a module for the longest secret.
const pictureSize = 264

// picture is a TOTP secret as a QR code: a data: URL of a PNG. The error may hold the secret.
// https://github.com/google/google-authenticator/wiki/Key-Uri-Format
func picture(username, totp string) (string, error) {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + product + ":" + username,
		RawQuery: url.Values{"secret": {totp}, "issuer": {product}}.Encode()}
	key, err := otp.NewKeyFromURL(u.String())
	if err != nil {
		return "", err
	}
	image, err := key.Image(pictureSize, pictureSize)
	if err != nil {
		return "", err
	}
	var data bytes.Buffer
	if err := png.Encode(&data, image); err != nil {
		return "", err
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(data.Bytes()), nil
}
