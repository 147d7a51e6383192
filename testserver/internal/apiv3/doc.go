// Package apiv3 is the InfluxDB 3 face of the reference server, Core or
// Enterprise: the HTTP routes that manage tokens and databases, list tokens
// through SQL, and tell what server this is.
//
// It imitates versions 3.6 to 3.11 byte for byte where a token client can see
// it: the order of the checks, status, headers and bodies, down to the line and
// column of JSON errors.
//
// # Gaps
//
// These answer otherwise than the product, or not at all:
//
//   - Only the listed routes exist. Writing, InfluxQL, tables, caches,
//     plugins and Flight are 404, as a path is that the product does not know.
//     So is the change of a database's retention period. A request with a gRPC
//     content type, which the product hands to Flight, is routed by its path like
//     any other.
//   - A malformed request line, such as one with GET /%zz, and HTTP/1.1 without a
//     Host header get the 400 of package net/http, before this package sees the
//     request.
//   - SQL reads system.tokens in the database _internal, in the subset of
//     package tokensql. Queries beyond that get 400 ("This feature is not
//     implemented"). Errors have the words of 3.10 in every version.
//   - An error that the product meets only when it sends the result already (a
//     text that is no timestamp) is answered as an error here; the product says
//     200 and breaks off. Which of several errors comes first may differ.
//   - Parquet files are plain and uncompressed.
//   - JSON errors show floats as up to 3.9; a newer library may print 1e+19 for
//     1e19.
//   - /metrics has no metrics, only the end mark.
//   - A deleted database stays in the catalog forever, whatever the time for its
//     removal.
//
// # Enterprise
//
// The server of Enterprise is not public. The decoding and the checks of
// permissions, how they print, what they allow, and the catalog below are public,
// because Core shares them. These are only inferred:
//
//   - That a refused permission has status 500, which is what the public part of
//     the product makes of this error; its documentation says 400.
//   - That system.tokens prints the permissions of a resource token as a list of
//     strings, of which there is one for each permission of the request.
//   - That a resource token gets 403 on every path that no permission opens, on
//     unknown ones as well, and before anything else in the request is looked at.
//   - That creating a database takes the action create on all databases, and that
//     listing and deleting them take an admin token.
//   - That GET /api/v3/configure/retention_period is 403 for every token, with
//     the body of other refusals.
//   - That /ready answers with an empty body, and that a server without auth
//     refuses the path of resource tokens as it does those of Core.
//   - The names of structures in the JSON errors of bodies that are no object, but
//     for PermissionDetailsApi.
//
// Users, roles, JSON web tokens, nodes and licenses are left out.
package apiv3
