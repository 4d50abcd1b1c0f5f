package localcloud

import (
	"crypto/rand"
	"fmt"
	"math/big"
)

var (
	colours = []string{"Amber", "Azure", "Bronze", "Cobalt", "Copper", "Coral", "Crimson", "Ebony", "Emerald", "Golden",
		"Hazel", "Indigo", "Ivory", "Jade", "Lemon", "Lilac", "Maroon", "Ochre", "Olive", "Opal", "Pearl", "Ruby",
		"Russet", "Saffron", "Scarlet", "Silver", "Slate", "Teal", "Umber", "Velvet", "Violet", "White"}
	creatures = []string{"badger", "beaver", "bison", "condor", "crane", "dolphin", "eagle", "falcon", "ferret", "gannet",
		"gecko", "heron", "ibis", "jackal", "jaguar", "kestrel", "lemur", "lynx", "marten", "narwhal", "ocelot", "osprey",
		"otter", "panther", "puffin", "raven", "salmon", "stoat", "tapir", "turtle", "walrus", "wombat"}
)

// readablePassword makes a password that can be read out, has every kind of character that Cognito's default policy
// asks for, and is different in every state.
func readablePassword() string {
	return fmt.Sprintf("%s-%s-%04d", pick(colours), pick(creatures), number(10000))
}

func pick(from []string) string { return from[number(int64(len(from)))] }

func number(n int64) int64 {
	v, err := rand.Int(rand.Reader, big.NewInt(n))
	if err != nil {
		panic("localcloud: " + err.Error()) // crypto/rand does not fail
	}
	return v.Int64()
}
