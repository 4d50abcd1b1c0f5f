package backend

import (
	"time"

	"avatar-launcher/backend/messages"
)

// months are the names of the months, from January on.
var months = [...]messages.Message{
	messages.New("moment.january"), messages.New("moment.february"), messages.New("moment.march"),
	messages.New("moment.april"),
	messages.New("moment.may"), messages.New("moment.june"), messages.New("moment.july"), messages.New("moment.august"),
	messages.New("moment.september"), messages.New("moment.october"), messages.New("moment.november"),
	messages.New("moment.december"),
}

// moment returns a time of day and its day, such as "15:04 on January 2", in the user's time zone.
func moment(t time.Time) messages.Message {
	t = t.Local()
	return messages.New("moment.onDay", t.Format("15:04"), t.Day(), months[t.Month()-1])
}
