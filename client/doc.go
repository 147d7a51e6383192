// Package client is a typed Go SDK for InfluxDB tokens: the authorizations of
// InfluxDB v2, and the admin tokens and resource tokens of InfluxDB 3.
//
// # Authentication
//
// A [Client] sends "Authorization: Bearer" with the [Secret] that its [TokenSource]
// yields: [StaticToken], [TokenFile] (read again when the server refuses what it
// held) or [TokenFunc]. New reads no environment variable and sends nothing; the
// proxy settings of the environment are honoured by the default transport when the
// first request is sent. [WithTLSConfig] is for servers whose certificate the system
// does not trust, and for client certificates. Of several options for the
// credential, the last one counts.
//
// [WithSession] signs in to InfluxDB v2 with a user name and a password instead:
// the calls carry the session's cookie, to the client's own server alone, and the
// client signs in again when the server refuses it. [SessionService.SignOut] ends
// the session.
//
// No secret is ever part of a URL, an error or a log record. Issued secrets are of
// type [Secret], which prints as "[redacted]" wherever fmt, log, slog, JSON, XML or
// a template can ask it, and shows its value nowhere; [Secret.Reveal] is the only
// way to it.
//
// # Generations and versions
//
// The services [AuthorizationsService], [LegacyAuthorizationsService],
// [SetupService], [OrganizationsService], [UsersService], [BucketsService],
// [MeService], [SessionService] and [ResourcesService] speak the API of InfluxDB v2
// (2.7 to 2.10), [AdminTokensService] the one of InfluxDB 3 (3.6 and later), and
// [ResourceTokensService] what only InfluxDB 3 Enterprise has.
// [ServerService.Info] tells which server answers. A call that reaches a server
// of the other generation fails with a [GenerationError] that names it, and one
// for Enterprise that reaches InfluxDB 3 Core with an [EditionError].
//
// # Permissions
//
// A [Permission] is one of InfluxDB v2: [ParsePermission] reads the form in which
// the server prints it, [Permission.Equal] compares it by what it means, and
// [PermissionsCover] tells by the server's own rules what a token may do with it.
// A [ResourcePermission] is one of a resource token of InfluxDB 3 Enterprise:
// [ParseResourcePermission] reads the short form of the command line,
// [ParseResourcePermissions] whatever a server shows, and
// [ResourcePermissionsEqual] tells whether two lists come to the same.
//
// # Errors
//
// Every reply that is not the success that the call asked for becomes an [Error],
// web pages of a proxy and empty bodies included. [IsNotFound], [IsConflict],
// [IsUnauthorized] and [IsForbidden] sort errors by their meaning, not by the status
// alone: InfluxDB v2 reports a missing permission as 401, a name conflict as 422 and
// a role that a user has already as 500, and a 404 of a proxy is not the absence of
// a token. An inactive token of InfluxDB v2, or one that may read nothing, gets
// empty lists and no error: only the sight of something proves that it may read.
// [IsInvalidPermission] is for what InfluxDB 3 Enterprise can't grant. A request
// that got no reply at all becomes a [RequestError].
//
// # Retries and unknown outcomes
//
// Each call states its class, and the class alone decides what is repeated:
//
//   - Reads and idempotent writes (delete, update with absolute values) are
//     repeated after connection errors, timeouts and replies that break off
//     included, and after 429, 502, 503 and 504.
//   - Calls that create something are repeated only when the request provably
//     never left (no connection was made), on 429, on 503 with Retry-After, and on
//     the 503 of an InfluxDB v2 that is starting.
//
// A token that the server refuses is another matter: any call is sent again with
// another one, if the token source or [WithFallbackToken] has one.
//
// No call is repeated after another status, 408 and 500 included, after a reply of
// success that can't be used, or when TLS fails in a way that would be no better the
// next time (the certificate, a server without TLS). No redirect is followed.
//
// Repetitions back off exponentially with jitter, honour Retry-After (of 429 and 503:
// seconds or a date, capped) and stop at once when the context ends. When a creating
// call may have happened and no usable reply came, the error is an
// [OutcomeUnknownError] (errors.Is(err, [ErrOutcomeUnknown])): it says what was sent
// and when, what may exist now and what to do. That is so when the connection broke
// after it was made, after 303, 408 and 5xx (but not 501, a 503 that is repeated, and
// the 500 by which InfluxDB says what it did not do), and after a 2xx that is not the
// success that the contract promises. Once such a request is under way it is finished
// under the client's own timeout even when the caller's context ends, because a token
// is shown once.
//
// A reply to such a call counts as success only if it is what was asked for: the
// right status, JSON, the right name, and of InfluxDB 3 a secret that has the hash
// that the server says it stored.
//
// The calls with recovery go on from there, so that exactly one token is live in the
// end and the caller has its secret, or none is and the error, a [NotCreatedError],
// says so:
//
//   - [AdminTokensService.CreateWithRecovery] and
//     [ResourceTokensService.CreateWithRecovery] look whether the token exists,
//     delete it if it is provably their own, and create it again;
//   - [AuthorizationsService.CreateWithRecovery] does the same, by a marker in the
//     description that it takes off in the end;
//   - [AdminTokensService.RegenerateOperatorWithGuard] makes a short-lived admin token
//     first, with which the operator token can be regenerated whatever gets lost;
//   - [SetupService.RunWithRecovery] names the token itself, and reads what the setup
//     made if its reply does not come;
//   - [AdminTokensService.CreateOperatorWithRecovery] asks again: a server creates its
//     first operator token once. If that had happened, its secret is lost for good
//     and the error stays an OutcomeUnknownError.
//
// They cost a read or an update more per token, and need permission for it. An error
// before anything was sent is one of the plain call. Where even the follow-up gets
// no answer, the error is an OutcomeUnknownError too, with what is known as its
// Evidence; a Guard or a Token in it is what must be kept.
//
// # Lists
//
// List returns a list, or a page of it where InfluxDB v2 has pages, and All iterates
// over all of it. Organizations, users and buckets come page after page, and All
// gets all of them before the loop begins. Authorizations, v1-compatible ones too,
// admin tokens and resource tokens, which the servers send in one piece, are decoded
// while the reply arrives: All takes the memory of one of them, and has no limit but
// 1 MiB for each, while List refuses more than 64 MiB.
//
// All is repeated like every read until the header of the reply is there. What is
// lost after that is not repeated, because the loop has seen a part of the list: the
// last thing that is yielded is an error then, and without one the list was
// complete. The loop may call the same Client, delete what it sees, take its time,
// and be left at any point. List is repeated as a whole.
//
// # Rotation
//
// [AdminTokensService.RegenerateOperator] replaces the operator token while other
// goroutines use the same Client: it waits for requests in flight, holds back
// new ones, replaces the secret, and installs it as the Client's credential if
// the Client authenticated with the operator token. No request in between is
// refused. [AdminTokensService.RegenerateOperatorWithGuard] does so too, and survives
// lost replies: it is the one for programs that run unattended.
//
// After a rotation of unknown outcome a Client that authenticates with the operator
// token refuses further calls with a [CredentialInDoubtError], which tells what
// happened, instead of letting each of them fail with 401. It goes on when its token
// source has another token to give, as [TokenFile] does once the file holds the new
// one, with [WithFallbackToken], and after a rotation with the guard or another
// admin token of the same Client; otherwise make a new Client.
//
// Tokens of the other kinds can't be regenerated: create the new one, hand it over,
// see that it works, and then delete the old one (or set an authorization inactive
// first, which can be taken back).
//
// # Sources
//
// Each method names its API operation and where its behaviour is described: a
// section of influxdb2.md, legacy-contract.md or influxdb3.md, this project's notes
// of what was observed on real servers and read in their source. They stand in
// testserver/contract, and as cases in testserver/conformance. Where these differ
// from InfluxData's documentation, the notes are what was built and tested.
//
// # Testing
//
// Package testserver of this module is a server that speaks both contracts; it is
// what this package is tested on, and it is made for tests of programs that use this
// package: testserver.Run starts it within a test, Inject loses replies or breaks
// them, and RequestsFor tells what was sent. The files example_*_test.go of both
// packages show how. Give a Client in a test WithRetry(RetryPolicy{Max: 3}), which
// waits for nothing between two attempts.
package client
