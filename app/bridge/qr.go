package bridge

import (
	"bytes"
	"encoding/base64"
	"image/png"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// moduleSize is how many pixels a side of one module of a QR code has.
const moduleSize = 3

// qrCode returns a text as a QR code, a data: URL of a PNG, or "" if it does not fit into one.
func qrCode(text string) string {
	code, err := qr.Encode(text, qr.L, qr.Auto)
	if err != nil {
		return ""
	}
	side := code.Bounds().Dx() * moduleSize
	if code, err = barcode.Scale(code, side, side); err != nil {
		return ""
	}
	var data bytes.Buffer
	if err := png.Encode(&data, code); err != nil {
		return ""
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(data.Bytes())
}
