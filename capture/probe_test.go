package capture

import (
	"context"
	"fmt"
	"os"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

func TestProbe(t *testing.T) {
	path := os.Getenv("PROBE")
	if path == "" {
		t.Skip()
	}
	src, err := Sources([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for f, err := range Run(context.Background(), src, Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		n[fmt.Sprintf("%T", f)]++
		switch f := f.(type) {
		case *fact.Conversation, *fact.Statement:
		default:
			fmt.Printf("%T %+v\n", f, f)
		}
	}
	fmt.Println(n)
}
