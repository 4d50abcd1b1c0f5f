package window

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
	"runtime"
	"sync"

	"avatar-launcher/backend"
)

// traySize is the edge of the tray's icon in pixels; hosts scale it down.
const traySize = 64

// toneOf is the colour of a phase: grey at rest, amber under way, green when ready, red in trouble.
func toneOf(p backend.Phase) color.NRGBA {
	switch {
	case p == backend.Ready:
		return color.NRGBA{0x1f, 0x9d, 0x55, 0xff}
	case p == backend.Failed:
		return color.NRGBA{0xd6, 0x3a, 0x3a, 0xff}
	case p.Active(), p == backend.SigningIn:
		return color.NRGBA{0xd9, 0x8e, 0x04, 0xff}
	case p == backend.Idle:
		return color.NRGBA{0x44, 0x50, 0xd6, 0xff}
	}
	return color.NRGBA{0x7a, 0x80, 0x8c, 0xff}
}

var drawn sync.Map // of icons by tone

// iconFor is the tray's icon in a phase: a head and shoulders on a disc of the phase's colour, as the system wants it.
func iconFor(p backend.Phase) []byte {
	tone := toneOf(p)
	if icon, ok := drawn.Load(tone); ok {
		return icon.([]byte)
	}
	icon := drawIcon(tone)
	if runtime.GOOS == "windows" {
		icon = icoOf(icon)
	}
	drawn.Store(tone, icon)
	return icon
}

func drawIcon(tone color.NRGBA) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, traySize, traySize))
	for y := range traySize {
		for x := range traySize {
			u, v := (float64(x)+0.5)/traySize, (float64(y)+0.5)/traySize
			c := tone
			figure := max(disc(u, v, 0.5, 0.38, 0.15), disc(u, v, 0.5, 0.86, 0.27))
			c = blend(c, color.NRGBA{0xff, 0xff, 0xff, 0xff}, figure)
			c.A = uint8(255 * disc(u, v, 0.5, 0.5, 0.49))
			img.SetNRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // a buffer takes everything
	return b.Bytes()
}

// disc is how much of the pixel at u, v lies within a circle: 1 inside, 0 outside, between at its edge.
func disc(u, v, x, y, radius float64) float64 {
	return min(1, max(0, (radius-math.Hypot(u-x, v-y))*traySize+0.5))
}

func blend(a, b color.NRGBA, share float64) color.NRGBA {
	mix := func(a, b uint8) uint8 { return uint8(float64(a)*(1-share) + float64(b)*share) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// icoOf puts a PNG into an ICO container, which Windows takes since Vista.
func icoOf(picture []byte) []byte {
	const header = 22
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, []uint16{0, 1, 1}) // reserved, icon, one picture
	b.Write([]byte{traySize, traySize, 0, 0})
	_ = binary.Write(&b, binary.LittleEndian, []uint16{1, 32}) // planes, bits a pixel
	_ = binary.Write(&b, binary.LittleEndian, []uint32{uint32(len(picture)), header})
	b.Write(picture)
	return b.Bytes()
}
