// Package accuracy holds the analyses against networks that know the truth: it plays the simulator's scenarios, analyses what their capture points saw, and
// counts, rule by rule, what was found, missed and false, and how far applications, directions, copies, clocks and media agree. It has tests alone.
//
//	go test ./analyses/accuracy                       every scenario with its own seed
//	go test ./analyses/accuracy -v -seeds 20          many seeds, and the table
package accuracy
