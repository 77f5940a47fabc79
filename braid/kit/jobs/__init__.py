"""Work that outlives the request that asked for it: a row a job, a process of its own to work it out (decision 9)."""
