// Package apiv3 is the InfluxDB 3 Core face of the reference server: the HTTP
// routes that manage tokens, list them through SQL, and tell what server this is.
//
// It imitates versions 3.6 to 3.11 byte for byte where a token client can see
// it: the order of the checks, status, headers and bodies, down to the line and
// column of JSON errors.
//
// # Gaps
//
// These answer otherwise than the product, or not at all:
//
//   - Only the listed routes exist. Writing, InfluxQL, databases, caches,
//     plugins and Flight are 404, as a path is that the product does not know.
//   - SQL reads system.tokens in the database _internal, in the subset of
//     package tokensql; other databases do not exist. Queries beyond that get
//     400, with a text that only resembles the product's.
//   - The format parquet gets 400: this server has no Parquet writer.
//   - Query results are sent in one piece, not chunked.
//   - /metrics has no metrics, only the end mark.
//   - Enterprise is not imitated.
package apiv3
