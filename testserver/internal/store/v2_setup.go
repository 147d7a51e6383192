package store

import "time"

// V2SetupRequest is what the setup of a fresh server takes.
type V2SetupRequest struct {
	// Username, Org and Bucket name what is made.
	Username, Org, Bucket string
	// Password may be empty; then nobody can sign in.
	Password string
	// Token is the secret of the operator token; empty lets the server make one.
	Token string
	// Retention is that of the bucket; 0 is forever.
	Retention time.Duration
}

// V2SetupResult is what the setup made.
type V2SetupResult struct {
	// User, Org, Bucket and Auth are the new objects.
	User   V2User
	Org    V2Org
	Bucket V2Bucket
	Auth   V2Authorization
}

// V2SetupAllowed says whether setup can be done: there is no user and no
// organization.
func (s *Store) V2SetupAllowed() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.v2SetupAllowedLocked()
}

func (s *Store) v2SetupAllowedLocked() bool { return s.v2.users.size() == 0 && s.v2.orgs.size() == 0 }

// V2Setup makes the first user, organization, bucket and token. As on the real
// servers it is not atomic: only a bad password takes the user back, any later
// error leaves behind what was made, and with it a setup that is closed.
func (s *Store) V2Setup(req V2SetupRequest, hashed bool) (V2SetupResult, error) {
	var refused error
	res, err := updated(s, func() (V2SetupResult, error) {
		var res V2SetupResult
		res, refused = s.v2SetupLocked(req, hashed)
		return res, nil
	})
	if err == nil {
		err = refused
	}
	return res, err
}

func (s *Store) v2SetupLocked(req V2SetupRequest, hashed bool) (V2SetupResult, error) {
	// Not a refusal of the real servers, so it must not leave anything behind.
	if err := checkText(req.Username, req.Org, req.Bucket, req.Token); err != nil {
		return V2SetupResult{}, err
	}
	if !s.v2SetupAllowedLocked() {
		return V2SetupResult{}, ErrV2SetupDone
	}
	var res V2SetupResult
	var err error
	if res.User, err = s.v2CreateUserLocked(V2User{Name: req.Username, Status: "active"}); err != nil {
		return V2SetupResult{}, err
	}
	if req.Password != "" {
		if err := s.v2SetPasswordLocked(res.User.ID, req.Password); err != nil {
			s.v2DeleteUserLocked(res.User.ID)
			return V2SetupResult{}, err
		}
	}
	if res.Org, err = s.v2CreateOrgLocked(req.Org, "", res.User.ID); err != nil {
		return V2SetupResult{}, err
	}
	if err := s.v2AddMemberLocked(V2Member{UserID: res.User.ID, Role: V2Owner, ResourceType: V2Instance, ResourceID: V2InstanceID}); err != nil {
		return V2SetupResult{}, err
	}
	if res.Bucket, err = s.v2CreateBucketLocked(V2Bucket{OrgID: res.Org.ID, Name: req.Bucket, Retention: req.Retention}); err != nil {
		return V2SetupResult{}, err
	}
	res.Auth, err = s.v2CreateAuthorizationLocked(V2Authorization{
		Token:       req.Token,
		Description: req.Username + "'s Token",
		OrgID:       res.Org.ID,
		UserID:      res.User.ID,
		Permissions: V2OperatorPermissions(),
	}, hashed)
	if err != nil {
		return V2SetupResult{}, err
	}
	return res, nil
}
