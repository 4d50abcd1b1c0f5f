package config

import (
	"fmt"
	"reflect"
	"testing"

	"avatar-launcher/backend"
)

// TestResourcesGoIntoAProfileAndBack, each field of them.
func TestResourcesGoIntoAProfileAndBack(t *testing.T) {
	var want backend.Resources
	v := reflect.ValueOf(&want).Elem()
	for i := range v.NumField() {
		text := fmt.Sprintf("value %d", i)
		if v.Field(i).Kind() == reflect.Slice {
			v.Field(i).Set(reflect.ValueOf([]string{text}))
		} else {
			v.Field(i).SetString(text)
		}
	}
	var p Profile
	p.SetResources(want)
	if got := p.Resources(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	p.SetResources(backend.Resources{})
	if p.Zone.ParkingAddress != want.ParkingAddress {
		t.Errorf("the parking address is %q", p.Zone.ParkingAddress)
	}
}
