"""What went live when: commits of the production branch with their hunks, trees of any commit, deploy records of hosts."""
