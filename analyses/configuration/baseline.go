package configuration

func (j *judge) baselines() {}
