"""The history itself: data files, the sources they cite, and the assertions they must satisfy."""
