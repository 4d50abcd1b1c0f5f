package keep

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
)

// MetricNamespace is the namespace of the keeper's metrics in CloudWatch. The stack's alarms name it.
const MetricNamespace = "AvatarLauncher"

// The metrics of one pass. The stack has an alarm for each of the first three.
const (
	MetricPasses   = "Passes"   // 1: a pass ended well
	MetricMissing  = "Missing"  // warm instances below the pool's size
	MetricHeldBack = "HeldBack" // 1: failures hold launches back, as with a broken image
	MetricStopped  = "Stopped"  // warm instances that are stopped
	MetricHot      = "Hot"      // warm instances that run
	MetricClaimed  = "Claimed"  // instances with a user
	MetricWaiting  = "Waiting"  // people in the queue
	MetricStarts   = "Starts"   // avatars that became ready for a user since the pass before
	MetricFailures = "Failures" // instances that didn't become ready since the pass before
)

// writeMetrics writes a pass's metrics in CloudWatch's embedded metric format, which needs no permission and no call.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
// A pass whose pool another process keeps says nothing of starts and failures, which that process counts.
func writeMetrics(w io.Writer, at time.Time, stack string, pass fleet.Pass, maxInstances int) error {
	type metric struct{ Name, Unit string }
	values := metricsOf(pass, maxInstances)
	var listed []metric
	for _, name := range slices.Sorted(maps.Keys(values)) {
		listed = append(listed, metric{name, "Count"})
	}
	line := map[string]any{
		"_aws": map[string]any{
			"Timestamp": at.UnixMilli(),
			"CloudWatchMetrics": []any{map[string]any{
				"Namespace":  MetricNamespace,
				"Dimensions": [][]string{{"Stack"}},
				"Metrics":    listed,
			}},
		},
		"Stack": stack,
	}
	for name, n := range values {
		line[name] = n
	}
	return json.NewEncoder(w).Encode(line)
}

// metricsOf returns a pass's metrics by their names.
func metricsOf(pass fleet.Pass, maxInstances int) map[string]int {
	out := map[string]int{MetricPasses: 1, MetricMissing: missing(pass.Pool, maxInstances), MetricHeldBack: 0,
		MetricStopped: 0, MetricHot: 0, MetricClaimed: 0}
	if pass.Pool.Backoff != nil {
		out[MetricHeldBack] = 1
	}
	for _, m := range pass.Pool.Members {
		switch m.State {
		case backend.Warm:
			out[MetricStopped]++
		case backend.Hot:
			out[MetricHot]++
		case backend.Claimed:
			out[MetricClaimed]++
		}
	}
	if pass.Led {
		out[MetricWaiting], out[MetricStarts], out[MetricFailures] = pass.Waiting, pass.Starts, pass.Failures
	}
	return out
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
