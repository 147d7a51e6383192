package store

import (
	"fmt"
	"strings"
	"time"
)

// V2Bucket is a bucket of InfluxDB v2.
type V2Bucket struct {
	// ID is random.
	ID V2ID `json:"id"`
	// OrgID is the organization of the bucket.
	OrgID V2ID `json:"org_id"`
	// System marks the buckets that the server makes for itself.
	System bool `json:"system,omitempty"`
	// Name is unique within the organization.
	Name string `json:"name"`
	// Description is free text.
	Description string `json:"description,omitempty"`
	// RetentionPolicyName is kept as the client sent it.
	RetentionPolicyName string `json:"retention_policy_name,omitempty"`
	// Retention is how long data is kept; 0 is forever.
	Retention time.Duration `json:"retention"`
	// ShardGroup is the duration of a shard group; 0 at creation lets the server
	// choose. A change keeps it as the client sent it.
	ShardGroup time.Duration `json:"shard_group"`
	// StorageShardGroup is what the storage makes of it.
	StorageShardGroup time.Duration `json:"storage_shard_group"`
	// Dropped says that the storage of the bucket is gone, see V2DropBucket.
	Dropped bool `json:"dropped,omitempty"`
	// CreatedAt and UpdatedAt are in UTC.
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// V2BucketUpdate is a change of a bucket; nil fields stay.
type V2BucketUpdate struct {
	// Name is the new name.
	Name *string
	// Description is the new description.
	Description *string
	// Retention and ShardGroup are the new durations.
	Retention, ShardGroup *time.Duration
}

// v2MinRetention is the shortest retention that is not infinite.
const v2MinRetention = time.Hour

// V2CreateBucket creates a bucket.
func (s *Store) V2CreateBucket(b V2Bucket) (V2Bucket, error) {
	return updated(s, func() (V2Bucket, error) { return s.v2CreateBucketLocked(b) })
}

func (s *Store) v2CreateBucketLocked(b V2Bucket) (V2Bucket, error) {
	if err := checkText(b.Name, b.Description, b.RetentionPolicyName); err != nil {
		return V2Bucket{}, err
	}
	if err := v2CheckBucketName(b); err != nil {
		return V2Bucket{}, err
	}
	if !s.v2.orgs.has(b.OrgID) {
		return V2Bucket{}, ErrV2NotFound
	}
	if s.v2.bucketNames.has(v2BucketName(b.OrgID, b.Name)) {
		return V2Bucket{}, ErrV2NameTaken
	}
	b.ShardGroup = v2ShardGroup(b.ShardGroup, b.Retention)
	b.StorageShardGroup = b.ShardGroup
	if b.Retention != 0 && b.Retention < v2MinRetention {
		return V2Bucket{}, ErrV2RetentionTooLow
	}
	if b.Retention != 0 && b.Retention < b.ShardGroup {
		return V2Bucket{}, ErrV2ShardTooLong
	}
	id, err := s.v2RandomIDLocked(s.v2.buckets.has)
	if err != nil {
		return V2Bucket{}, err
	}
	now := s.v2UTC()
	b.ID, b.CreatedAt, b.UpdatedAt = id, now, now
	s.v2.buckets.put(id, b)
	return b, nil
}

// v2BucketName is what is unique about the name of a bucket.
func v2BucketName(orgID V2ID, name string) string { return orgID.binary() + name }

func v2CheckBucketName(b V2Bucket) error {
	switch {
	case strings.HasPrefix(b.Name, "_") && !b.System:
		return ErrV2Underscore
	case strings.Contains(b.Name, `"`):
		return ErrV2Quote
	default:
		return nil
	}
}

// v2ShardGroup chooses the shard group duration as the real servers do.
func v2ShardGroup(shard, retention time.Duration) time.Duration {
	const day = 24 * time.Hour
	if shard >= v2MinRetention {
		return shard
	}
	if shard != 0 {
		retention = v2MinRetention
	}
	switch {
	case retention == 0 || retention >= 180*day:
		return 7 * day
	case retention >= 2*day:
		return day
	default:
		return time.Hour
	}
}

// V2Bucket returns the bucket with that ID.
func (s *Store) V2Bucket(id V2ID) (V2Bucket, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, ok := s.v2.buckets.get(id)
	if !ok {
		return V2Bucket{}, ErrV2NotFound
	}
	return b, nil
}

// V2BucketByName returns the bucket with that name in an organization.
func (s *Store) V2BucketByName(orgID V2ID, name string) (V2Bucket, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, ok := s.v2.buckets.by(s.v2.bucketNames, v2BucketName(orgID, name))
	if !ok {
		return V2Bucket{}, ErrV2NotFound
	}
	return b, nil
}

// V2Buckets returns all buckets in the order of their IDs.
func (s *Store) V2Buckets() []V2Bucket {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.v2.buckets.list()
}

// V2UpdateBucket changes what is not nil.
func (s *Store) V2UpdateBucket(id V2ID, upd V2BucketUpdate) (V2Bucket, error) {
	return updated(s, func() (V2Bucket, error) { return s.v2UpdateBucketLocked(id, upd) })
}

func (s *Store) v2UpdateBucketLocked(id V2ID, upd V2BucketUpdate) (V2Bucket, error) {
	if err := checkChange(upd.Name, upd.Description); err != nil {
		return V2Bucket{}, err
	}
	b, ok := s.v2.buckets.get(id)
	if !ok {
		return V2Bucket{}, ErrV2NotFound
	}
	// The storage is asked before anything else.
	if err := b.Storage(); err != nil {
		return V2Bucket{}, err
	}
	if upd.Retention != nil && *upd.Retention != 0 && *upd.Retention < v2MinRetention {
		return V2Bucket{}, ErrV2RetentionTooLow
	}
	if upd.Retention != nil {
		b.Retention = *upd.Retention
	}
	if upd.ShardGroup != nil {
		// The storage alone puts a duration right that is too short or 0; the bucket
		// shows it as it came.
		b.ShardGroup = *upd.ShardGroup
		b.StorageShardGroup = v2ShardGroup(b.ShardGroup, b.Retention)
	}
	if b.Retention != 0 && b.Retention < b.StorageShardGroup {
		return V2Bucket{}, ErrV2ShardTooLong
	}
	if upd.Name != nil && *upd.Name != b.Name {
		if b.System {
			return V2Bucket{}, ErrV2SystemBucket
		}
		renamed := b
		renamed.Name = *upd.Name
		if err := v2CheckBucketName(renamed); err != nil {
			return V2Bucket{}, err
		}
		if s.v2.bucketNames.has(v2BucketName(b.OrgID, renamed.Name)) {
			return V2Bucket{}, ErrV2NameTaken
		}
		b = renamed
	}
	if upd.Description != nil {
		b.Description = *upd.Description
	}
	b.UpdatedAt = s.v2UTC()
	s.v2.buckets.put(id, b)
	return b, nil
}

// V2DropBucket drops the storage of a bucket and leaves the bucket. So the real
// servers treat a system bucket that somebody tries to delete: the storage goes
// first, and then they refuse to delete the bucket.
func (s *Store) V2DropBucket(id V2ID) error {
	return s.update(func() error {
		b, ok := s.v2.buckets.get(id)
		if !ok {
			return ErrV2NotFound
		}
		b.Dropped = true
		s.v2.buckets.put(id, b)
		return nil
	})
}

// Storage returns an error when the storage of the bucket is gone.
func (b V2Bucket) Storage() error {
	if b.Dropped {
		return fmt.Errorf("%w: %s", ErrV2Dropped, b.ID)
	}
	return nil
}

// V2DeleteBucket deletes a bucket.
func (s *Store) V2DeleteBucket(id V2ID) error {
	return s.update(func() error {
		b, ok := s.v2.buckets.get(id)
		if !ok {
			return ErrV2NotFound
		}
		if b.System {
			return ErrV2SystemBucket
		}
		s.v2.buckets.delete(id)
		s.v2RemoveResourceLocked(id)
		return nil
	})
}
