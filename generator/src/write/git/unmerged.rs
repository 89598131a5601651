//! Unmerged entries in git's index, so that `git status`, editors and `git mergetool` know the conflicts.
