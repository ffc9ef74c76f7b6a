PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE claims (                       -- every start of a tile; the highest attempt owns it
    job TEXT REFERENCES jobs ON DELETE CASCADE, tile INTEGER, attempt INTEGER,
    epoch INTEGER, pid INTEGER, host TEXT, claimed REAL,
    PRIMARY KEY (job, tile, attempt)) WITHOUT ROWID;
INSERT INTO "claims" VALUES('4404aab6f3225d7dac1bf46565b85a81',0,1,1,18785,'host',1.79595641474526286117e+09);
INSERT INTO "claims" VALUES('4404aab6f3225d7dac1bf46565b85a81',1,1,1,18778,'host',1.79595641485381126399e+09);
INSERT INTO "claims" VALUES('4404aab6f3225d7dac1bf46565b85a81',2,1,1,18785,'host',1.79595641519426608089e+09);
CREATE TABLE computations (                 -- the ledger: every finish of a tile
    id INTEGER PRIMARY KEY, job TEXT REFERENCES jobs ON DELETE CASCADE, tile INTEGER, attempt INTEGER,
    epoch INTEGER, pid INTEGER, host TEXT, finished REAL, adopted INTEGER);
INSERT INTO "computations" VALUES(1,'4404aab6f3225d7dac1bf46565b85a81',0,1,1,18785,'host',1.79595641516712570184e+09,0);
INSERT INTO "computations" VALUES(2,'4404aab6f3225d7dac1bf46565b85a81',2,1,1,18785,'host',1.79595641524233865741e+09,0);
INSERT INTO "computations" VALUES(3,'4404aab6f3225d7dac1bf46565b85a81',1,1,1,18778,'host',1.79595641542989873881e+09,0);
CREATE TABLE identity (id TEXT);
INSERT INTO "identity" VALUES('8d3c9cf02af54785bdf39f66507e16df');
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, name TEXT, function TEXT, settings TEXT, version TEXT, total INTEGER, created REAL,
    scheduler TEXT, workers INTEGER,        -- NULL: a local cluster, as many workers as cores
    wanted TEXT,                            -- 'run' or 'stop'
    request INTEGER DEFAULT 0,              -- counts the calls to run it
    served INTEGER DEFAULT 0,               -- the last of them that a supervisor has seen
    launched INTEGER,                       -- the supervisor process started last
    message TEXT DEFAULT '');
INSERT INTO "jobs" VALUES('4404aab6f3225d7dac1bf46565b85a81','LSTM: ratio over Weight scale × Sequence length T, 4 × 3','cells.analysis.maps.tiles:row','{"layer":null,"quantity":"ratio","settings":{"activation":"tanh","batch":2,"cell":"lstm","hidden":4,"impulse_step":1,"init":"gaussian","inputs":1,"layers":1,"loss":"last","loss_reduction":"mean","loss_steps":[],"options":{"chrono":false,"forget_bias":1.0,"peepholes":false},"own":[],"precision":"float64","scale_inputs":false,"seed":0,"signal":"running_average","steps":4,"tokens":8,"weight_scale":0.5},"x":["weight_scale",0.5,2.0,4],"y":["steps",4,12,3]}','0.1.0',3,1.79595640893685841565e+09,NULL,NULL,'run',1,1,18657,'');
CREATE TABLE leases (                       -- who may run a job; the epoch only ever grows
    job TEXT PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
    epoch INTEGER, token TEXT, pid INTEGER, host TEXT, beat REAL, since REAL);
INSERT INTO "leases" VALUES('4404aab6f3225d7dac1bf46565b85a81',1,NULL,18657,'host',1.79595641548269581789e+09,1.79595640943736934661e+09);
CREATE TABLE tiles (
    job TEXT REFERENCES jobs ON DELETE CASCADE, tile INTEGER, spec TEXT, error TEXT, progress REAL DEFAULT 0,
    state TEXT DEFAULT 'pending',           -- or 'done', 'failed'
    PRIMARY KEY (job, tile)) WITHOUT ROWID;
INSERT INTO "tiles" VALUES('4404aab6f3225d7dac1bf46565b85a81',0,'{"row":0}',NULL,1.0,'done');
INSERT INTO "tiles" VALUES('4404aab6f3225d7dac1bf46565b85a81',1,'{"row":2}',NULL,1.0,'done');
INSERT INTO "tiles" VALUES('4404aab6f3225d7dac1bf46565b85a81',2,'{"row":1}',NULL,1.0,'done');
CREATE INDEX computations_of ON computations (job, finished);
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE ON computations
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
COMMIT;
