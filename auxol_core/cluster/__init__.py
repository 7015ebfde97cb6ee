"""The server on Ray Serve, for when one machine is no longer enough: ``auxol serve --on ray`` (extra ``ray``).

The same application (server/), the same protocol and the same task files, taken apart:

- an *ingress* (``ingress``): gate, tokens, sizes; it keeps nothing, and hands each request on;
- *task actors* (``task_host``): one for each open task, found by its name, the only writer of its file; each runs
  today's application over a household that has this one task;
- *generalist replicas* (``replica``), behind the Protocol ``Generalist`` (``remote_generalist``), with one list of what
  is encoded already (``embeddings``);
- the *shelf* (``shelf``): the slices that users have put, bounded for each.

What is Ray's stands in ``actors``, ``app`` and ``local``; the rest are plain objects that tests use without it.
"""
