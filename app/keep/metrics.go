package keep

import (
	"encoding/json"
	"io"
	"time"

	"avatar-launcher/backend"
)

// MetricNamespace is the namespace of the keeper's metrics in CloudWatch. The stack's alarms name it.
const MetricNamespace = "AvatarLauncher"

// The metrics of one pass.
const (
	MetricPasses   = "Passes"   // 1: a pass ended well
	MetricMissing  = "Missing"  // warm instances below the pool's size
	MetricHeldBack = "HeldBack" // 1: failures hold launches back, as with a broken image
)

// writeMetrics writes a pass's metrics in CloudWatch's embedded metric format, which needs no permission and no call.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func writeMetrics(w io.Writer, at time.Time, stack string, p backend.Pool, maxInstances int) error {
	type metric struct{ Name, Unit string }
	line := map[string]any{
		"_aws": map[string]any{
			"Timestamp": at.UnixMilli(),
			"CloudWatchMetrics": []any{map[string]any{
				"Namespace":  MetricNamespace,
				"Dimensions": [][]string{{"Stack"}},
				"Metrics":    []metric{{MetricPasses, "Count"}, {MetricMissing, "Count"}, {MetricHeldBack, "Count"}},
			}},
		},
		"Stack":        stack,
		MetricPasses:   1,
		MetricMissing:  missing(p, maxInstances),
		MetricHeldBack: 0,
	}
	if p.Backoff != nil {
		line[MetricHeldBack] = 1
	}
	return json.NewEncoder(w).Encode(line)
}

// missing returns how many warm instances the pool lacks. Those that max_instances leaves no room for are not missing.
func missing(p backend.Pool, maxInstances int) int {
	warm, taken := 0, 0
	for _, m := range p.Members {
		switch m.State {
		case backend.Warm, backend.Hot:
			warm++
		case backend.Claimed:
			taken++
		}
	}
	return max(0, min(p.Wanted, maxInstances-taken)-warm)
}
