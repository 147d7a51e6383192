package main

import (
	"regexp"
	"strings"
)

// summaries begin the lines of terraform and tofu that say it all.
var summaries = []string{"Plan: ", "No changes.", "Apply complete!", "Destroy complete!"}

// completed matches the line about a resource that something was done to.
var completed = regexp.MustCompile(`^(\S+): (Creation|Modifications|Destruction) complete\b`)

// condense returns the lines of a CLI's output that a newcomer needs.
func condense(output string) []string {
	var lines []string
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if match := completed.FindStringSubmatch(line); match != nil {
			lines = append(lines, "  "+match[1]+": "+map[string]string{
				"Creation": "created", "Modifications": "changed in place", "Destruction": "destroyed",
			}[match[2]])
			continue
		}
		for _, summary := range summaries {
			if strings.HasPrefix(line, summary) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}
