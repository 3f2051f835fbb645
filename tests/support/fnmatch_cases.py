"""What Ruby's `File.fnmatch` answers with `FNM_PATHNAME`: the judge of every matcher of refs.

GitHub matches refs this way. The sandbox and the policy pack each have a matcher, because the pack
is installed alone; both are held to this table, and to each other.
"""

from __future__ import annotations

from hypothesis import strategies as st

DOCUMENTED = [
    ("cat", "cat", True),
    ("cat", "category", False),
    ("c{at,ub}s", "cats", False),
    ("c?t", "cat", True),
    ("c??t", "cat", False),
    ("c*", "cats", True),
    ("c*t", "c/a/b/t", False),
    ("ca[a-z]", "cat", True),
    ("ca[^t]", "cat", False),
    ("cat", "CAT", False),
    ("?", "/", False),
    ("*", "/", False),
    ("[/]", "/", False),
    (r"\?", "?", True),
    (r"\a", "a", True),
    (r"[\?]", "?", True),
    ("*", ".profile", False),
    (".*", ".profile", True),
    ("**/*.rb", "main.rb", True),
    ("**/*.rb", "./main.rb", False),
    ("**/*.rb", "lib/song.rb", True),
    ("**.rb", "main.rb", True),
    ("**.rb", "lib/song.rb", False),
    ("*", "dave/.profile", False),
    ("*/*", "dave/.profile", False),
    ("**/foo", "a/b/c/foo", True),
    ("**/foo", "/a/b/c/foo", True),
    ("**/foo", "c:/a/b/c/foo", True),
    ("**/foo", "a/.b/c/foo", False),
]
"""The cases of Ruby's documentation that have the flag, or the same answer with it.

Source: https://docs.ruby-lang.org/en/3.4/File.html#method-c-fnmatch
"""

TRIED = [
    ("", "", True),
    ("*", "", True),
    ("*", "main", True),
    ("*", "release/1", False),
    ("**", "main", True),
    ("**", "release/1", False),
    ("release/**", "release/1", True),
    ("release/**", "release/1/2", False),
    ("release/**/*", "release/1", True),
    ("release/**/*", "release/1/2", True),
    ("release**/1", "release-x/1", True),
    ("release**/1", "release-x/y/1", False),
    ("**/**/x", "a/b/x", True),
    ("**/*", ".hidden/x", False),
    ("**/x/**/y", "a/x/b/c/y", True),
    ("refs/heads/**/*", "refs/heads/main", True),
    ("refs/heads/**", "refs/heads/a/b", False),
    ("refs/heads/*", "refs/heads/a/b", False),
    ("release/*", "release/", True),
    ("release/*", "release", False),
    ("release/*", "release/.1", False),
    ("v[0-9]*.[0-9]*", "v1.2", True),
    ("v[0-9]*.[0-9]*", "vx.2", False),
    ("v[!0-9]", "vx", True),
    ("v[!0-9]", "v/", False),
    ("v*[^0-9.]*", "v1.2.3-rc1", True),
    ("v*[^0-9.]*", "v1.2.3", False),
    ("v?", "v1", True),
    ("v?", "v/", False),
    ("a.b", "axb", False),
    ("v+", "v+", True),
    ("v{1,2}", "v1", False),
    (r"v\*", "v*", True),
    (r"v\*", "v1", False),
    (r"a\/b", "a/b", True),
    ("v1\\", "v1", True),
    ("[z-a]", "m", False),
    ("[z-a]*", "main", False),
    ("refs/heads/[z-a]*", "refs/heads/main", False),
    ("[^z-a]", "m", True),
    # a reversed range is its two ends: Ruby compares them before it compares the order
    ("[z-a]", "z", True),
    ("[z-a]", "a", True),
    ("[", "[", False),
    ("[a", "a", False),
    ("[a-", "a", False),
    ("x[", "x", False),
    ("[]", "]", False),
    ("[]a]", "]", False),
    ("[!]", "x", True),
    ("[a-]", "-", True),
    ("[--0]", "-", True),
    ("[a&&b]", "&", True),
    ("[[]", "[", True),
    (r"[\]]", "]", True),
    (r"[a\-z]", "m", False),
    ("x[a/b]y", "xay", True),
    ("[.]git", ".git", False),
    ("?git", ".git", False),
    ("[\u00e0-\u00ff]", "\u00e9", True),
    ("?", "\u00e9", True),
    ("a\nb", "a\nb", True),
    ("*", "a\nb", True),
    ("a*a*a*a*a*a*a*a*b", "a" * 60, False),
]
"""Further cases, each as Ruby 3.1 answers it."""

CASES = [*DOCUMENTED, *TRIED]
"""Pattern, name, and whether the name fits."""

PIECES = st.sampled_from(
    [*"abvz01./-*?[]^!{}\\\u00e9", "**/", "[0-9]", "[a-", "[z-a]", "refs/heads/", "/**"]
)
PATTERNS = st.lists(PIECES, max_size=8).map("".join)
"""Patterns, many of them odd."""
NAMES = st.lists(PIECES, max_size=8).map("".join)
"""Names, many of which have a pattern's characters."""
