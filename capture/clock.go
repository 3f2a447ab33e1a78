package capture

import "context"

// prepare looks at the beginning of every source.
func prepare(ctx context.Context, s *stage) {}
