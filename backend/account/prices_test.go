package account

import (
	"fmt"
	"strconv"
	"testing"

	"avatar-launcher/backend"
)

// product is a page of the price list with one price.
func product(usd string) string {
	entry := `{"product":{},"terms":{"OnDemand":{"A.B":{"priceDimensions":{"A.B.C":{"unit":"Hrs","pricePerUnit":{"USD":"` +
		usd + `"}}}}}}}`
	return fmt.Sprintf(`{"FormatVersion":"aws_v1","PriceList":[%s]}`, strconv.Quote(entry))
}

// tiers is a page of the price list with a product whose price falls with the amount, as that of traffic does.
var tiers = fmt.Sprintf(`{"FormatVersion":"aws_v1","PriceList":[%s]}`, strconv.Quote(
	`{"product":{},"terms":{"OnDemand":{"A.B":{"priceDimensions":{`+
		`"A.B.1":{"unit":"GB","beginRange":"10240","endRange":"51200","pricePerUnit":{"USD":"0.0850000000"}},`+
		`"A.B.2":{"unit":"GB","beginRange":"1","endRange":"10240","pricePerUnit":{"USD":"0.0900000000"}},`+
		`"A.B.3":{"unit":"GB","beginRange":"0","endRange":"1","pricePerUnit":{"USD":"0.0000000000"}},`+
		`"A.B.4":{"unit":"GB","beginRange":"51200","endRange":"Inf","pricePerUnit":{"USD":"0.0500000000"}}}}}}}`))

// TestPricesAreThoseOfTheRegionAndTheSystem, and a type that the price list lacks has none.
func TestPricesAreThoseOfTheRegionAndTheSystem(t *testing.T) {
	w := &wire{answers: map[string][]string{"GetProducts": {product("1.5800000000"), `{"PriceList":[]}`,
		product("0.0952"), tiers}}}
	got, err := w.account(t).Prices(t.Context(), &Outputs{Region: "eu-central-1", OperatingSystem: "windows",
		Resources: backend.Resources{InstanceTypes: []string{"g5.2xlarge", "g9.large"}}})
	if err != nil || len(got.Hourly) != 1 || got.Hourly["g5.2xlarge"] != 1.58 || got.GBMonth != 0.0952 ||
		got.Traffic != 0.09 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestPricesThatMayNotBeReadAreAnError, so that setup says so.
func TestPricesThatMayNotBeReadAreAnError(t *testing.T) {
	for _, answer := range []string{"!AccessDeniedException", `{"PriceList":[]}`, product("none")} {
		w := &wire{answers: map[string][]string{"GetProducts": {answer}}}
		if got, err := w.account(t).Prices(t.Context(),
			&Outputs{Region: "us-east-1", Resources: backend.Resources{InstanceTypes: []string{"g5.xlarge"}}}); err == nil {
			t.Errorf("%s: %+v", answer, got)
		}
	}
}
